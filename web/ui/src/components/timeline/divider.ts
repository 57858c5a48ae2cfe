/** Where "new since you looked" stands during one visit of a conversation. */

import { computed, ref, watch, type Ref } from 'vue'
import type { Item } from '@/api/types'
import { isNews } from '@/live/news'
import { useLive } from '@/stores/live'

/**
 * The divider is set when the timeline is first shown and stays: what is read does not
 * move under the eyes. What arrives while the window is hidden sets it anew.
 */
export function useDivider(conversation: () => number, items: Ref<Item[]>, isLoaded: () => boolean) {
  const live = useLive()
  const from = ref<number | null>(null)
  const count = ref(0)
  const seenUpTo = ref(0)
  const unreadAtFirst = live.state.unread.get(conversation()) ?? 0

  const isTheirs = (item: Item): boolean =>
    item.conversation_id === conversation() && isNews(item)

  /** All that is unread is among the entries. */
  const isWhole = (): boolean => items.value.filter(isTheirs).length >= unreadAtFirst

  let isSet = false
  watch(
    [items, isLoaded],
    ([now, loaded]) => {
      if (!isSet && loaded) {
        isSet = true
        const theirs = now.filter(isTheirs)
        const fresh = unreadAtFirst > 0 ? theirs.slice(-unreadAtFirst) : []
        from.value = fresh[0]?.id ?? null
        count.value = fresh.length
      } else if (isSet && document.hidden) {
        const arrived = now.filter((item) => isTheirs(item) && item.id > seenUpTo.value)
        if (arrived.length) {
          from.value = arrived[0]!.id
          count.value = arrived.length
        }
      }
      if (!document.hidden) seenUpTo.value = Math.max(0, ...now.slice(-20).map((item) => item.id))
    },
    { immediate: true },
  )

  /** Entries of the client that arrived while one was reading further up. */
  const seenAtEnd = ref(0)
  const unseenBelow = computed(
    () => items.value.filter((item) => isTheirs(item) && item.id > seenAtEnd.value).length,
  )
  /** The end is before the eyes. */
  function seen(): void {
    seenAtEnd.value = Math.max(seenAtEnd.value, ...items.value.slice(-50).map((item) => item.id))
  }

  return { from, count, isWhole, unseenBelow, seen }
}
