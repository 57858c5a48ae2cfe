/**
 * Asks the hub for what is typed, says how that stands, and does not give up at once.
 *
 * A busy hub may not answer, or answer with a part of what there is. It is asked again by
 * itself, and what came already stays while more is waited for.
 */

import { onScopeDispose, ref, shallowRef, watch, type Ref } from 'vue'
import { search, type Found } from '@/api/search'

export type Searching = 'idle' | 'searching' | 'partial' | 'failed' | 'done'

const ASK_AFTER_MS = 120
/** Pauses before it is asked again by itself; from then on somebody has to. */
const AGAIN_AFTER_MS = [700, 2000]
const SHORTEST = 2

export function useSearching(typed: Ref<string>, limit: number) {
  const found = shallowRef<Found | null>(null)
  const state = ref<Searching>('idle')
  /** The text of what is shown. */
  let shown = ''
  let timer = 0

  function later(pause: number, tries: number): void {
    window.clearTimeout(timer)
    timer = window.setTimeout(() => void ask(typed.value, tries), pause)
  }

  async function ask(text: string, tries: number): Promise<void> {
    state.value = 'searching'
    const answer = await search.find(text, { limit }).catch(() => null)
    // Somebody who types fast is answered for his last word only.
    if (typed.value !== text) return
    if (answer) {
      found.value = shown === text && found.value ? both(found.value, answer) : answer
      shown = text
    } else if (shown !== text) found.value = null
    if (answer?.complete) {
      state.value = 'done'
      return
    }
    const pause = AGAIN_AFTER_MS[tries]
    if (pause === undefined) state.value = answer ? 'partial' : 'failed'
    else later(pause, tries + 1)
  }

  function begin(text: string): void {
    window.clearTimeout(timer)
    if (text.trim().length < SHORTEST) {
      found.value = null
      shown = ''
      state.value = 'idle'
      return
    }
    state.value = 'searching'
    later(ASK_AFTER_MS, 0)
  }
  // A word may stand there before this part of the palette is loaded.
  watch(typed, begin, { immediate: true })
  onScopeDispose(() => window.clearTimeout(timer))

  return { found, state, again: () => later(0, 0) }
}

/** What is new is shown as it is; what only an earlier answer had comes behind it. */
function both(before: Found, now: Found): Found {
  if (now.complete) return now
  return {
    ...now,
    clients: joined(before.clients, now.clients, (one) => one.client.id),
    orders: joined(before.orders, now.orders, (one) => one.order_id),
    conversations: joined(before.conversations, now.conversations, (one) => one.conversation_id),
  }
}

function joined<T>(before: T[], now: T[], idOf: (one: T) => number): T[] {
  const known = new Set(now.map(idOf))
  return [...now, ...before.filter((one) => !known.has(idOf(one)))]
}
