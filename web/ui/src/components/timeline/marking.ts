/**
 * Mark the words that were searched for in the entry that was found.
 *
 * They are painted over the text and change nothing in it, so no part of an entry
 * needs to know; a browser that cannot paint so shows the entry as found all the same.
 */

import { nextTick, onUnmounted, watch, type Ref } from 'vue'
import { useMarks } from '@/stores/marks'

const NAME = 'found'

export function useMarking(sheet: Ref<HTMLElement | undefined>, drawn: Ref<unknown>): void {
  const store = useMarks()
  const canPaint = 'highlights' in CSS

  async function paint(): Promise<void> {
    await nextTick()
    if (!canPaint) return
    CSS.highlights.delete(NAME)
    const wanted = store.marks
    const entry = wanted && sheet.value?.querySelector(`[data-key="item-${wanted.itemId}"]`)
    if (!entry || !wanted.words.length) return
    CSS.highlights.set(NAME, new Highlight(...rangesOf(entry, wanted.words)))
  }

  watch([() => store.marks, drawn], () => void paint(), { immediate: true, flush: 'post' })
  onUnmounted(() => canPaint && CSS.highlights.delete(NAME))
}

/** Find whole words in the texts of an element, whatever their case. */
export function rangesOf(root: Element, words: string[]): Range[] {
  const escaped = words.map((one) => one.replace(/[.*+?^${}()|[\]\\]/g, '\\$&'))
  const pattern = new RegExp(`(?<![\\p{L}\\p{N}])(?:${escaped.join('|')})(?![\\p{L}\\p{N}])`, 'giu')
  const ranges: Range[] = []
  const texts = document.createTreeWalker(root, NodeFilter.SHOW_TEXT)
  while (texts.nextNode()) {
    const node = texts.currentNode as Text
    for (const found of node.data.matchAll(pattern)) {
      const range = document.createRange()
      range.setStart(node, found.index)
      range.setEnd(node, found.index + found[0].length)
      ranges.push(range)
    }
  }
  return ranges
}
