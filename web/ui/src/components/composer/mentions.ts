/** Naming colleagues with @ in a note. */

import { computed, nextTick, ref, type Ref, type WritableComputedRef } from 'vue'
import type { Agent } from '@/api/types'
import type { Writing } from '@/live/writing'
import { useLive } from '@/stores/live'

const SHOWN = 6

export function useMentions(
  area: Ref<HTMLTextAreaElement | undefined>,
  text: WritableComputedRef<string>,
  isOn: () => boolean,
  one: Ref<Writing>,
) {
  const live = useLive()
  /** What stands behind the @ before the caret; null: there is none. */
  const typed = ref<string | null>(null)
  const at = ref(0)

  const found = computed<Agent[]>(() => {
    if (typed.value === null || !isOn()) return []
    const wanted = typed.value.toLocaleLowerCase()
    return live.agents
      .filter((agent) => agent.active && agent.id !== live.state.meId)
      .filter((agent) => agent.name.toLocaleLowerCase().split(' ').some((word) => word.startsWith(wanted)) || agent.name.toLocaleLowerCase().startsWith(wanted))
      .slice(0, SHOWN)
  })

  function look(): void {
    const field = area.value
    if (!field || !isOn()) {
      typed.value = null
      return
    }
    const before = text.value.slice(0, field.selectionStart)
    const last = /(?:^|\s)@([\p{L}’'-]*(?: [\p{L}’'-]*)?)$/u.exec(before)
    const next = last ? last[1]! : null
    if (next !== typed.value) at.value = 0
    typed.value = next
  }

  function pick(agent: Agent): void {
    const field = area.value
    if (!field || typed.value === null) return
    const caret = field.selectionStart
    const start = caret - typed.value.length
    text.value = `${text.value.slice(0, start)}${agent.name} ${text.value.slice(caret)}`
    if (!one.value.mentions.includes(agent.id)) one.value.mentions.push(agent.id)
    typed.value = null
    const place = start + agent.name.length + 1
    void nextTick(() => {
      field.focus()
      field.setSelectionRange(place, place)
    })
  }

  /** Take the keys that move in the list; tells whether it did. */
  function pressed(event: KeyboardEvent): boolean {
    if (!found.value.length) return false
    if (event.key === 'ArrowDown') at.value = (at.value + 1) % found.value.length
    else if (event.key === 'ArrowUp') at.value = (at.value + found.value.length - 1) % found.value.length
    else if (event.key === 'Escape') typed.value = null
    else if ((event.key === 'Enter' && !event.ctrlKey && !event.metaKey) || event.key === 'Tab') pick(found.value[at.value]!)
    else return false
    event.preventDefault()
    event.stopPropagation()
    return true
  }

  return { found, at, look, pick, pressed }
}
