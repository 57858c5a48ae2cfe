/** What one writes in, plain or rich: the same to whoever puts something into it. */

import { nextTick, watch, type Ref, type WritableComputedRef } from 'vue'

export interface Piece {
  text: string
  html: string
}

export interface Field {
  focus: () => void
  blur: () => void
  /** The line up to the caret. */
  before: () => string
  /** Put a piece in the place of so many letters before the caret. */
  put: (letters: number, piece: Piece) => void
  /** Choose these words, so that typing replaces them. */
  choose: (words: string) => void
}

export function plainField(
  area: Ref<HTMLTextAreaElement | undefined>,
  text: WritableComputedRef<string>,
): Field {
  return {
    focus: () => area.value?.focus(),
    blur: () => area.value?.blur(),
    before: () => {
      const until = text.value.slice(0, area.value?.selectionStart ?? 0)
      return until.slice(until.lastIndexOf('\n') + 1)
    },
    put: (letters, piece) => {
      const field = area.value
      const end = field?.selectionEnd ?? text.value.length
      const start = (field?.selectionStart ?? text.value.length) - letters
      text.value = text.value.slice(0, start) + piece.text + text.value.slice(end)
      const place = start + piece.text.length
      void nextTick(() => {
        area.value?.focus()
        area.value?.setSelectionRange(place, place)
      })
    },
    choose: (words) => {
      const at = text.value.indexOf(words)
      if (at < 0) return
      area.value?.focus()
      area.value?.setSelectionRange(at, at + words.length)
    },
  }
}

/** The plain field until the editor is there, and then the editor. */
export function eitherField(
  plain: Field,
  area: Ref<HTMLTextAreaElement | undefined>,
  rich: Ref<Field | undefined>,
  asRich: Ref<boolean>,
): { field: () => Field; focus: () => void } {
  const field = (): Field => rich.value ?? plain
  /** The editor comes a moment later: it takes the focus that was meant for it. */
  let wantsFocus = false

  // It becomes a mail under somebody's hands: he types on in the editor.
  watch(asRich, (now) => {
    const at = document.activeElement
    if (now && area.value && at === area.value) wantsFocus = true
    // And back: the editor goes away with the focus in it.
    if (!now && rich.value && at?.matches('.ProseMirror')) void nextTick(plain.focus)
  })
  watch(rich, (now) => {
    if (now && wantsFocus) void nextTick(now.focus)
    wantsFocus = false
  })

  function focus(): void {
    wantsFocus = asRich.value && !rich.value
    field().focus()
  }

  return { field, focus }
}
