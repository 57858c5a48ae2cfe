/** Fields in what opens over the desk. */

/**
 * Keep what is typed already when the field gets the focus once more.
 *
 * A menu that is still closing gives the focus back to its button; the dialog fetches it
 * and marks all that is in the field, so that the next letter would replace it.
 */
export function keepTyped({ target }: FocusEvent): void {
  if (!(target instanceof HTMLInputElement) || !target.value) return
  queueMicrotask(() => target.setSelectionRange(target.value.length, target.value.length))
}
