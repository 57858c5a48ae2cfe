/** A window on a timeline: which entries belong to it, and how they join it in order. */

import type { Item } from '@/api/types'
import type { TimelineFilter, TimelineWindow } from './state'

export function windowKey(clientId: number, filter: TimelineFilter): string {
  return [
    clientId,
    filter.channel ?? '',
    filter.kind ?? '',
    filter.conversationId ?? '',
  ].join('|')
}

export function belongs(window: TimelineWindow, item: Item): boolean {
  const { channel, kind, conversationId } = window.filter
  return (
    // What was taken back before it left was never said.
    item.delivery?.state !== 'cancelled' &&
    item.client_id === window.clientId &&
    (!channel || item.channel === channel) &&
    (!kind || item.kind === kind) &&
    (!conversationId || item.conversation_id === conversationId)
  )
}

/** Tell which of two entries stands first: by time, then by number. */
export function inOrder(one: Item, other: Item): number {
  const apart = Date.parse(one.at) - Date.parse(other.at)
  return apart !== 0 ? apart : one.id - other.id
}

/** Give the list with this entry in its place; one of the same id is replaced. */
export function placed(items: Item[], item: Item): Item[] {
  const known = items.findLastIndex((one) => one.id === item.id)
  if (known >= 0 && items[known]!.at === item.at) return items.with(known, item)
  const rest = known >= 0 ? items.toSpliced(known, 1) : items
  let at = rest.length
  while (at > 0 && inOrder(rest[at - 1]!, item) > 0) at -= 1
  return rest.toSpliced(at, 0, item)
}

/** Let an event's entry join the window, unless it lies beyond what is loaded. */
export function upsert(window: TimelineWindow, item: Item): void {
  const known = window.items.some((one) => one.id === item.id)
  if (!belongs(window, item)) {
    if (known) window.items = window.items.filter((one) => one.id !== item.id)
    return
  }
  if (!known && window.loaded && isBeyond(window, item)) {
    window.later.set(item.id, item)
    return
  }
  window.items = placed(window.items, item)
}

function isBeyond(window: TimelineWindow, item: Item): boolean {
  const first = window.items[0]
  const last = window.items.at(-1)
  if (window.newer !== null && (!last || inOrder(item, last) > 0)) return true
  return window.older !== null && (!first || inOrder(item, first) < 0)
}

/**
 * Join a page to the window.
 *
 * `isStale` tells that an event changed the entry after the page had been asked for,
 * so that the page's copy is the older one.
 */
export function joinPage(
  window: TimelineWindow,
  page: Item[],
  isStale: (item: Item) => boolean,
): void {
  const byId = new Map(window.items.map((item) => [item.id, item]))
  for (const item of page) if (!byId.has(item.id) || !isStale(item)) byId.set(item.id, item)
  window.items = [...byId.values()].sort(inOrder)
}

/** The window has come to the newest entry: what the log brought meanwhile joins it. */
export function reachEnd(window: TimelineWindow): void {
  const known = new Set(window.items.map((item) => item.id))
  const later = [...window.later.values()].filter((item) => !known.has(item.id))
  window.later.clear()
  if (later.length) window.items = [...window.items, ...later].sort(inOrder)
}
