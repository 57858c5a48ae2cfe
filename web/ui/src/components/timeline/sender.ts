/** What was found out about who sent a mail; see docs/timeline.md. */

import type { Item } from '@/api/types'

export interface Sender {
  verdict: 'genuine' | 'unproven' | 'forged'
  domain: string
  why: string
  by: string
}

/** Reasons for which a person who answers may want to look twice. */
const TELLING = new Set(['unclear', 'reply_to', 'unsigned', 'failed', 'no_answer'])

/** Null: nobody looked. */
export function senderOf(item: Item): Sender | null {
  const given = item.data.authenticity
  return given && typeof given === 'object' ? (given as Sender) : null
}

export const isForged = (item: Item): boolean => senderOf(item)?.verdict === 'forged'

/** Why its sender is in doubt; null where that is nothing to anybody. */
export function doubt(item: Item): string | null {
  const found = senderOf(item)
  if (found?.verdict !== 'unproven' || item.data.automatic || !TELLING.has(found.why)) return null
  return found.why
}

/** The last thing that the client said in a conversation, among entries oldest first. */
export function lastSaid(items: Item[], conversationId: number): Item | undefined {
  return items.findLast(
    (one) => one.conversation_id === conversationId && one.direction === 'in' && one.kind !== 'note' && !one.data.automatic,
  )
}
