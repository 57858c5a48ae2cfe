/** Tags by the names that conversations carry. */

import { computed } from 'vue'
import type { Tag } from '@/api/tags'
import { useLive } from '@/stores/live'
import { useSession } from '@/stores/session'

export const COLOURS = ['', 'slate', 'teal', 'violet', 'rose', 'sky', 'yellow', 'green', 'orange', 'red'] as const

/** Which tag a name means: its own, or what it was called before. Pure. */
export function meant(tags: Iterable<Tag>): Map<string, Tag> {
  const all = [...tags]
  const found = new Map<string, Tag>()
  for (const one of all) for (const old of one.former) found.set(old, one)
  for (const one of all) found.set(one.name, one)
  return found
}

export function useTags() {
  const live = useLive()
  const session = useSession()
  const byName = computed(() => meant(live.state.tags.values()))
  const all = computed(() => [...live.state.tags.values()].sort((a, b) => a.name.localeCompare(b.name)))
  /** What a menu offers. */
  const offered = computed(() => all.value.filter((one) => !one.archived))
  /** Who types a new name makes a tag of it. */
  const mayMake = computed(() => live.settings.free_tags !== false || session.can('tags'))
  const nameOf = (name: string): string => byName.value.get(name)?.name ?? name
  return { all, offered, byName, mayMake, nameOf }
}
