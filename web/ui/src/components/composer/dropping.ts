/** Files may be dropped and pasted anywhere in the conversation. */

import { onMounted, onUnmounted, ref, type Ref } from 'vue'

/**
 * Hear of files around the composer.
 *
 * Gives whether some are held over it now. What the editor takes itself, and what is
 * pasted into a field, is not asked about.
 */
export function useDropping(
  root: Ref<HTMLElement | undefined>,
  pasted: (event: ClipboardEvent) => void,
  dropped: (files: File[]) => void,
): Ref<boolean> {
  const isDropping = ref(false)
  let around: Element | null = null

  function drop(event: DragEvent): void {
    isDropping.value = false
    const given = [...(event.dataTransfer?.files ?? [])]
    if (event.defaultPrevented || !given.length) return
    event.preventDefault()
    dropped(given)
  }

  function over(event: DragEvent): void {
    if (!event.dataTransfer?.types.includes('Files')) return
    event.preventDefault()
    isDropping.value = true
  }

  function leave(event: DragEvent): void {
    if (!around?.contains(event.relatedTarget as Node | null)) isDropping.value = false
  }

  function paste(event: ClipboardEvent): void {
    const target = event.target as HTMLElement
    if (!target.isContentEditable && !['INPUT', 'TEXTAREA'].includes(target.tagName)) pasted(event)
  }

  const hears = [
    ['dragover', over],
    ['dragleave', leave],
    ['drop', drop],
    ['paste', paste],
  ] as [string, EventListener][]
  onMounted(() => {
    around = root.value?.parentElement ?? null
    for (const [name, hear] of hears) around?.addEventListener(name, hear)
  })
  onUnmounted(() => {
    for (const [name, hear] of hears) around?.removeEventListener(name, hear)
  })
  return isDropping
}
