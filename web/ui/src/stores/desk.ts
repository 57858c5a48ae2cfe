/** What is open on the desk: drawers, dialogs, and what a key was pressed for. */

import { defineStore } from 'pinia'
import { ref } from 'vue'
import { useSession } from './session'

/** Things that a key or the palette asks of a part that may be elsewhere. */
export type Wish =
  | 'reply'
  | 'reply-all'
  | 'forward'
  | 'go-on'
  | 'note'
  | 'assign'
  | 'tags'
  | 'snooze'
  | 'resolve'
  | 'pending'
  | 'open'
  | 'read-missed'
  | 'first-new'
  | 'undo'
  | 'fold'
  | 'unfold'
  | 'next'
  | 'previous'
  | 'back'
  | 'new-conversation'
  | 'select'
  | 'pick'
  | 'pick-range'
  | 'pick-all'
  | 'bulk-assign'
  | 'bulk-tags'
  | 'bulk-snooze'
  | 'bulk-resolve'
  | 'entry-next'
  | 'entry-previous'
  | 'move'
  | 'split'
  | 'merge'
  | 'find'
  | 'promise'
  | 'macros'
  | 'accept'
  | 'decline'
  | `macro-${number}`
  | `channel-${number}`

/** What anybody may wish who sees conversations; all else changes something. */
const LOOKS: ReadonlySet<Wish> = new Set<Wish>(['open', 'first-new', 'fold', 'unfold', 'next', 'previous', 'back', 'entry-next', 'entry-previous', 'find'])

export const useDesk = defineStore('desk', () => {
  const session = useSession()
  const rail = ref(false)
  const card = ref(false)
  const palette = ref(false)
  const keys = ref(false)
  /** Everything that is folded in messages (quotes, machines' words) is shown. */
  const whole = ref(false)
  const wish = ref<{ what: Wish; count: number } | null>(null)
  let count = 0

  /** Whether the role allows it; the hub has the last word. */
  function may(what: Wish): boolean {
    return LOOKS.has(what) || session.can(what === 'merge' ? 'clients' : 'reply')
  }

  /** False: the role does not allow it, and nothing happens. */
  function ask(what: Wish): boolean {
    if (!may(what)) return false
    count += 1
    wish.value = { what, count }
    return true
  }

  return { rail, card, palette, keys, whole, wish, may, ask }
})
