/**
 * Keeps what the eye rests on where it is, whatever joins or grows around it.
 *
 * The entry under the pointer, else the first one in view, is remembered with its
 * place, and after every change the scroll is put back to it. At the end the end
 * itself is kept in view, unless that would pull away what one is about to press
 * or the words that one is choosing.
 */

import { nextTick, onMounted, onUnmounted, watch, type Ref } from 'vue'

const PRESSABLE = 'a, button, input, select, textarea, summary, label, audio, video'

type Box = Ref<HTMLElement | undefined>

interface About {
  /** The lines that are drawn: whenever they change, the place is put back. */
  lines: Ref<unknown>
  /** Until it is placed there is nothing to keep. */
  isPlaced: Ref<boolean>
  /** The newest entry is drawn and in view. */
  isAtEnd: () => boolean
  /** The end went out of view although nobody scrolled. */
  lostEnd: () => void
  /** A change is drawn, and its place kept. */
  drawn: () => void
}

export function usePlace(scroller: Box, sheet: Box, about: About) {
  let anchor: { key: string; offset: number } | null = null

  function remember(): void {
    const box = scroller.value
    if (!box || !sheet.value?.children.length) return
    const child = underPointer(box, sheet.value) ?? firstInView(box, sheet.value)
    anchor = { key: child.dataset.key ?? '', offset: child.offsetTop - box.scrollTop }
  }

  function restore(): void {
    const box = scroller.value
    if (!box || !about.isPlaced.value) return
    const wasAtEnd = about.isAtEnd()
    if (wasAtEnd && !isInUse(box)) {
      box.scrollTop = box.scrollHeight
      return
    }
    const child = anchor && sheet.value?.querySelector<HTMLElement>(`[data-key="${anchor.key}"]`)
    if (!anchor || !child) return
    const moved = child.offsetTop - box.scrollTop - anchor.offset
    if (Math.abs(moved) > 0.5) box.scrollTop += moved
    if (wasAtEnd) about.lostEnd()
  }

  watch(
    about.lines,
    () =>
      void nextTick(() => {
        restore()
        about.drawn()
      }),
    { flush: 'post' },
  )

  const sizes = new ResizeObserver(restore)
  onMounted(() => {
    if (sheet.value) sizes.observe(sheet.value)
    if (!scroller.value) return
    sizes.observe(scroller.value)
    scroller.value.addEventListener('pointerover', remember, { passive: true })
    scroller.value.addEventListener('pointerleave', remember, { passive: true })
    scroller.value.addEventListener('grown', restore)
  })
  onUnmounted(() => sizes.disconnect())

  return { remember, restore }
}

/** Headings and folds may move or join when older entries come; entries stand still. */
function isEntry(child: Element | null | undefined): child is HTMLElement {
  return child instanceof HTMLElement && (child.dataset.key ?? '').startsWith('item-')
}

/** A finger leaves no pointer behind. */
const hasPointer = (): boolean => window.matchMedia('(hover: hover)').matches

function underPointer(box: HTMLElement, sheet: HTMLElement): HTMLElement | null {
  const child = hasPointer() ? sheet.querySelector(':scope > :hover') : null
  if (!isEntry(child)) return null
  const top = child.offsetTop - box.scrollTop
  return top < box.clientHeight && top + child.offsetHeight > 0 ? child : null
}

function firstInView(box: HTMLElement, sheet: HTMLElement): HTMLElement {
  const { children } = sheet
  let low = 0
  let high = children.length - 1
  while (low < high) {
    const middle = (low + high) >> 1
    const child = children[middle] as HTMLElement
    if (child.offsetTop + child.offsetHeight > box.scrollTop) high = middle
    else low = middle + 1
  }
  while (low < children.length - 1 && !isEntry(children[low])) low += 1
  return children[low] as HTMLElement
}

function isInUse(box: HTMLElement): boolean {
  if (hasPointer() && box.querySelector(`:is(${PRESSABLE}):hover`)) return true
  const chosen = document.getSelection()
  return !!chosen && !chosen.isCollapsed && box.contains(chosen.anchorNode)
}
