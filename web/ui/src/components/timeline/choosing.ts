/** Choosing entries of a timeline, by keys and by clicks. */

import { computed, nextTick, type Ref } from 'vue'
import type { Item } from '@/api/types'
import { useSelection } from '@/stores/selection'
import { onWish } from '../overlay/wishes'

const MOVABLE = ['message', 'form', 'call', 'note']

export function useChoosing(
  conversationId: () => number,
  drawn: Ref<Item[]>,
  sheet: Ref<HTMLElement | undefined>,
) {
  const selection = useSelection()
  selection.enter(conversationId())
  const choosable = computed(() =>
    drawn.value.filter((item) => MOVABLE.includes(item.kind) && item.conversation_id !== null),
  )

  /** Stand on the entry before or after; without one, on the newest. */
  async function step(by: 1 | -1): Promise<void> {
    const all = choosable.value
    const from = all.findIndex((item) => item.id === selection.at)
    const next = from < 0 ? all.at(-1) : all[from + by]
    if (!next) return
    selection.stand(next.id)
    await nextTick()
    sheet.value?.querySelector(`[data-key="item-${next.id}"]`)?.scrollIntoView({ block: 'nearest' })
  }

  function toggle(): void {
    const ours = choosable.value.filter((item) => item.conversation_id === conversationId())
    const id = selection.at ?? (ours.at(-1) ?? choosable.value.at(-1))?.id
    if (choosable.value.some((item) => item.id === id)) selection.toggle(id!)
  }

  /** With Ctrl or Shift held, and while choosing, a click chooses. */
  function clicked(event: MouseEvent): void {
    const isAsked = event.shiftKey || event.ctrlKey || event.metaKey || selection.isChoosing
    if (!isAsked || !(event.target instanceof Element)) return
    const id = Number(event.target.closest<HTMLElement>('[data-test=item]')?.dataset.id)
    if (!choosable.value.some((item) => item.id === id)) return
    event.preventDefault()
    event.stopPropagation()
    selection.toggle(id)
  }

  /** How an entry shows that it is chosen, or that the keys stand on it. */
  function looks(id: number): Record<string, unknown> {
    const isAt = selection.at === id
    return {
      class: { 'is-chosen': selection.chosen.has(id), 'is-at': isAt },
      'aria-current': isAt || undefined,
    }
  }

  onWish((wish) => {
    if (wish === 'select') toggle()
    else if (wish === 'entry-next') void step(1)
    else if (wish === 'entry-previous') void step(-1)
  })

  return { selection, clicked, looks }
}
