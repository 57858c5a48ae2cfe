/** In which order lists stand; the same keys as the hub's (`hub/lists/sorting.py`). Pure. */

import type { Conversation } from '@/api/types'
import { precise } from './filters'

export const ORDERS = ['urgency', 'newest', 'oldest', 'created'] as const
export type Order = (typeof ORDERS)[number]
/** What rank, where in it, and the id; lists ascend by it. */
export type Key = readonly [number, number, number]

const known = new WeakMap<Conversation, Partial<Record<Order, Key>>>()

/** Reading times is dear when a whole list is sorted; a row is read once. */
export function keyOf(order: Order, one: Conversation): Key {
  let keys = known.get(one)
  if (!keys) {
    keys = {}
    known.set(one, keys)
  }
  return (keys[order] ??= makeKey(order, one))
}

function makeKey(order: Order, one: Conversation): Key {
  if (order === 'newest') return [0, -precise(one.last_at), -one.id]
  if (order === 'oldest') return [0, precise(one.last_at), one.id]
  if (order === 'created') return [0, -precise(one.created_at), -one.id]
  // What is due, then who waits longest, then what was touched last.
  if (one.respond_by) return [0, Date.parse(one.respond_by), one.id]
  if (one.waiting_since) return [1, Date.parse(one.waiting_since), one.id]
  return [2, -Date.parse(one.last_at), one.id]
}

export function compareKeys(one: Key, other: Key): number {
  return one[0] - other[0] || one[1] - other[1] || one[2] - other[2]
}
