/**
 * Applies the log's events to what the screen knows.
 *
 * One rule for every kind of event: its `state` parts say how things look now, and
 * each part replaces what was known under its id. No kind has code of its own, so a
 * screen that follows the log shows what one that loads afresh shows. Only numbers
 * that no part carries (counts, unread) follow from `data.was` and from new entries.
 */

import type { Conversation, EventState, HubEvent, Item, Was } from '@/api/types'
import { isNews } from './news'
import type { LiveState } from './state'
import { upsert } from './timeline'

/** Parts that are a row of a table of the same things. */
const TABLES = {
  conversation: 'conversations',
  client: 'clients',
  agent: 'agents',
  order: 'orders',
  queue: 'queues',
  notification: 'notifications',
  view: 'views',
  task: 'tasks',
  tag: 'tags',
  attribute: 'attributes',
} as const satisfies Partial<Record<keyof EventState, keyof LiveState>>

/** Stamps are needed only while a page may be under way. */
const STAMPS_KEPT = 4000

/** Apply a frame in order; what the state has already seen is skipped. */
export function applyEvents(state: LiveState, events: HubEvent[], cursor: number): void {
  state.changed = []
  for (const event of events) {
    if (event.seq <= state.cursor) continue
    applyEvent(state, event)
    state.cursor = event.seq
  }
  if (cursor > state.cursor) state.cursor = cursor
}

function applyEvent(state: LiveState, event: HubEvent): void {
  const parts = event.state
  if (parts.conversation) {
    const before = state.conversations.get(parts.conversation.id)
    state.changed.push({ before, now: parts.conversation, was: event.data.was })
  }
  for (const [part, table] of Object.entries(TABLES)) {
    const row = parts[part as keyof typeof TABLES]
    if (!row) continue
    const rows = state[table as 'conversations'] as Map<number, unknown>
    rows.set(row.id, row)
    stamp(state, `${part}:${row.id}`, event.seq)
  }
  if (parts.view?.deleted) state.views.delete(parts.view.id)
  if (parts.tag?.deleted) state.tags.delete(parts.tag.id)
  if (parts.attribute?.deleted) state.attributes.delete(parts.attribute.id)
  if (parts.bulk) state.bulk = parts.bulk
  if (parts.notification?.kind === 'mentioned' && parts.notification.conversation_id !== null) {
    state.mentions.add(parts.notification.conversation_id)
  }
  if (parts.client) renameClient(state, parts.client.id, parts.client.name)
  if (parts.conversation && event.data.was) recount(state, event.data.was, parts.conversation)
  if (parts.item) applyItem(state, parts.item, event)
  if (parts.read) applyRead(state, parts.read)
  if (parts.timelines) for (const id of parts.timelines.client_ids) forget(state, id, event.seq)
  if (parts.offer?.state === 'open') state.offers.set(parts.offer.id, parts.offer)
  else if (parts.offer) state.offers.delete(parts.offer.id)
  if (parts.notices) state.notices = parts.notices
  if (parts.quarantine?.state) state.quarantine += parts.quarantine.state === 'waiting' ? 1 : -1
}

function applyItem(state: LiveState, item: Item, event: HubEvent): void {
  stamp(state, `item:${item.id}`, event.seq)
  for (const window of state.timelines.values()) upsert(window, item)
  if (item.kind === 'call') {
    if (item.data.state === 'ringing') state.ringing.set(item.id, item)
    else state.ringing.delete(item.id)
  }
  const isNew = event.kind === 'interaction.added'
  if (isNew && isNews(item) && item.conversation_id !== null) {
    const id = item.conversation_id
    state.unread.set(id, (state.unread.get(id) ?? 0) + 1)
    state.arrived.set(id, [...(state.arrived.get(id) ?? []), item.id])
  }
  if (event.kind === 'interaction.moved') applyMove(state, item, Number(event.data.from_id))
}

/** What was unread where it was, is unread where it is now. */
function applyMove(state: LiveState, item: Item, from: number): void {
  const there = state.arrived.get(from) ?? []
  if (!there.includes(item.id)) return
  const left = there.filter((one) => one !== item.id)
  if (left.length) {
    state.arrived.set(from, left)
    state.unread.set(from, left.length)
  } else {
    state.arrived.delete(from)
    state.unread.delete(from)
  }
  const to = item.conversation_id!
  state.arrived.set(to, [...(state.arrived.get(to) ?? []), item.id])
  state.unread.set(to, (state.unread.get(to) ?? 0) + 1)
}

/** Whole timelines changed hands: their windows are read again. */
function forget(state: LiveState, clientId: number, seq: number): void {
  stamp(state, `timeline:${clientId}`, seq)
  for (const window of state.timelines.values()) {
    if (window.clientId !== clientId) continue
    window.items = []
    window.older = window.newer = null
    window.later.clear()
    window.loaded = false
  }
}

/** A mark leaves unread what came after it. */
function applyRead(state: LiveState, mark: NonNullable<EventState['read']>): void {
  const id = mark.conversation_id
  const left = (state.arrived.get(id) ?? []).filter((item) => item > mark.item_id)
  if (left.length) {
    state.arrived.set(id, left)
    state.unread.set(id, left.length)
  } else {
    state.arrived.delete(id)
    state.unread.delete(id)
  }
}

/** A conversation carries its client's name, which the client's own part may change. */
function renameClient(state: LiveState, clientId: number, name: string): void {
  for (const one of state.conversations.values()) {
    if (one.client_id === clientId && one.client_name !== name) {
      state.conversations.set(one.id, { ...one, client_name: name })
    }
  }
  for (const one of state.tasks.values()) {
    if (one.client_id === clientId && one.client_name !== name) state.tasks.set(one.id, { ...one, client_name: name })
  }
}

type Place = Pick<Conversation, 'state' | 'assignee_id' | 'queue_id'>

function recount(state: LiveState, was: Was, now: Conversation): void {
  const counts = { ...state.counts, queues: { ...state.counts.queues } }
  const count = (place: Was | Place, by: number): void => {
    if (place.state === 'snoozed') counts.snoozed += by
    if (place.state === 'pending') counts.pending += by
    if (place.state !== 'open') return
    counts.all += by
    if (place.assignee_id === null) counts.unassigned += by
    else if (place.assignee_id === state.meId) counts.mine += by
    if (place.queue_id !== null) {
      counts.queues[place.queue_id] = (counts.queues[place.queue_id] ?? 0) + by
    }
  }
  count(was, -1)
  count(now, 1)
  state.counts = counts
}

function stamp(state: LiveState, thing: string, seq: number): void {
  state.stamps.delete(thing)
  state.stamps.set(thing, seq)
  if (state.stamps.size > STAMPS_KEPT) {
    const oldest = state.stamps.keys().next().value
    if (oldest !== undefined) state.stamps.delete(oldest)
  }
}

/** Tell whether an event changed this after the log had stood at `cursor`. */
export function changedSince(state: LiveState, thing: string, cursor: number): boolean {
  return (state.stamps.get(thing) ?? 0) > cursor
}

/** Take in rows of a page that was asked for when the log stood at `cursor`. */
export function mergeConversations(state: LiveState, rows: Conversation[], cursor: number): void {
  for (const row of rows) {
    if (state.conversations.has(row.id) && changedSince(state, `conversation:${row.id}`, cursor)) {
      continue
    }
    state.conversations.set(row.id, row)
  }
}
