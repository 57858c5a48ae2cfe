/** What a screen knows of the hub, as plain maps; `reducer.ts` changes it. */

import { shallowReactive } from 'vue'
import type { Task } from '@/api/tasks'
import type { Offer, Wishes } from '@/api/notices'
import type { Attribute, Tag } from '@/api/tags'
import type {
  Agent,
  Bulk,
  Client,
  Conversation,
  Counts,
  Item,
  ListView,
  Notification,
  Order,
  Queue,
  Sync,
  Was,
} from '@/api/types'

/** Which entries of a client's timeline a window shows. */
export interface TimelineFilter {
  channel?: string
  kind?: string
  conversationId?: number
}

/** A stretch of a client's timeline without gaps, oldest first. */
export interface TimelineWindow {
  clientId: number
  filter: TimelineFilter
  items: Item[]
  /** Where older and newer entries go on; null: there are no more. */
  older: string | null
  newer: string | null
  loaded: boolean
  /** Entries that the log brought while the window did not reach so far. */
  later: Map<number, Item>
}

/** A conversation that an event changed. */
export interface Changed {
  /** Undefined: the screen did not know it. */
  before: Conversation | undefined
  now: Conversation
  was: Was | undefined
}

export interface LiveState {
  cursor: number
  meId: number
  agents: Map<number, Agent>
  queues: Map<number, Queue>
  conversations: Map<number, Conversation>
  clients: Map<number, Client>
  orders: Map<number, Order>
  notifications: Map<number, Notification>
  /** What is to be done, as far as the screen knows of it. */
  tasks: Map<number, Task>
  tags: Map<number, Tag>
  /** What is known of clients, by definition. */
  attributes: Map<number, Attribute>
  /** What clients said and this agent has not read, by conversation. */
  unread: Map<number, number>
  /** The entries among them that the log brought, to know what a mark leaves unread. */
  arrived: Map<number, number[]>
  /** Calls that ring now, by timeline entry. */
  ringing: Map<number, Item>
  timelines: Map<string, TimelineWindow>
  counts: Counts
  /** Views that are kept. */
  views: Map<number, ListView>
  /** Conversations in which somebody mentioned this agent. */
  mentions: Set<number>
  /** What he does to many conversations, or did last. */
  bulk: Bulk | null
  /** What the last events changed: how conversations looked before, and what happened. */
  changed: Changed[]
  /** What is offered to agents now. */
  offers: Map<number, Offer>
  /** How this person wants to be told. */
  notices: Wishes | null
  /** Deliveries that wait in quarantine. */
  quarantine: number
  /** The event that changed a thing last, so that an older page cannot undo it. */
  stamps: Map<string, number>
}

export function emptyCounts(): Counts {
  return { mine: 0, unassigned: 0, all: 0, snoozed: 0, pending: 0, queues: {} }
}

export function emptyState(): LiveState {
  return shallowReactive({
    cursor: 0,
    meId: 0,
    agents: shallowReactive(new Map<number, Agent>()),
    queues: shallowReactive(new Map<number, Queue>()),
    conversations: shallowReactive(new Map<number, Conversation>()),
    clients: shallowReactive(new Map<number, Client>()),
    orders: shallowReactive(new Map<number, Order>()),
    notifications: shallowReactive(new Map<number, Notification>()),
    tasks: shallowReactive(new Map<number, Task>()),
    tags: shallowReactive(new Map<number, Tag>()),
    attributes: shallowReactive(new Map<number, Attribute>()),
    unread: shallowReactive(new Map<number, number>()),
    arrived: new Map<number, number[]>(),
    ringing: shallowReactive(new Map<number, Item>()),
    timelines: shallowReactive(new Map<string, TimelineWindow>()),
    counts: emptyCounts(),
    views: shallowReactive(new Map<number, ListView>()),
    mentions: shallowReactive(new Set<number>()),
    bulk: null,
    changed: [],
    offers: shallowReactive(new Map<number, Offer>()),
    notices: null,
    quarantine: 0,
    stamps: new Map<string, number>(),
  })
}

/** Begin afresh from what `GET /sync` says; timelines must be read again. */
export function loadSync(state: LiveState, sync: Sync): void {
  state.cursor = sync.cursor
  state.meId = sync.me.id
  refill(state.agents, sync.agents)
  refill(state.queues, sync.queues)
  refill(state.conversations, sync.conversations)
  refill(state.notifications, sync.notifications)
  refill(state.tasks, sync.tasks)
  refill(state.tags, sync.tags ?? [])
  refill(state.attributes, sync.attributes ?? [])
  refill(state.ringing, sync.ringing)
  refill(state.views, sync.views)
  state.mentions.clear()
  for (const id of sync.mentions) state.mentions.add(id)
  state.bulk = sync.bulk
  state.clients.clear()
  state.orders.clear()
  state.stamps.clear()
  state.unread.clear()
  state.arrived.clear()
  for (const [id, count] of Object.entries(sync.unread)) state.unread.set(Number(id), count)
  state.counts = { ...emptyCounts(), ...sync.counts, queues: { ...sync.counts.queues } }
  state.quarantine = sync.quarantine
  refill(state.offers, sync.offers ?? [])
  state.notices = sync.notices ?? null
  state.timelines.clear()
}

function refill<T extends { id: number }>(map: Map<number, T>, rows: T[]): void {
  map.clear()
  for (const row of rows) map.set(row.id, row)
}
