/** What the hub answers; the field names are those of its views. Times are ISO 8601. */

import type { Bulk, ListView } from './lists'
import type { DraftMail, MailDefaults } from './letters'
import type { HubSettings } from './limits'
import type { Offer, Wishes } from './notices'
import type { Attribute, Tag } from './tags'
import type { Task } from './tasks'

export type { HubSettings }

export type * from './access'
export type * from './checks'
export type * from './letters'
export type * from './lists'
export type * from './walls'

export type ConversationState = 'open' | 'pending' | 'snoozed' | 'resolved'
export type Priority = 'low' | 'normal' | 'high' | 'urgent'
export type ItemKind = 'message' | 'call' | 'form' | 'note' | 'change' | 'promise' | 'meeting'
export type AgentStateName = 'available' | 'wrap' | 'break' | 'offline'
export type DeliveryStateName =
  | 'held'
  | 'queued'
  | 'sending'
  | 'sent'
  | 'delivered'
  | 'read'
  | 'failed'
  | 'bounced'
  | 'uncertain'
  | 'cancelled'

export interface Account {
  id: number
  name: string
  email: string
  role: string
  locale: string
  rights: string[]
  capacity: number | null
  outside_number: string | null
  active: boolean
  created_at: string
}

export interface Agent {
  id: number
  name: string
  role: string
  state: AgentStateName
  since: string
  capacity: number
  load: number
  on_call: boolean
  locale: string
  /** His role may answer clients; to nobody else work can be given. */
  answers: boolean
  /** Who left is still named where he worked, but nothing can be given to him. */
  active: boolean
  /** Why he is in this state; `away` when he was silent for too long. */
  reason: string
  wrap_until: string | null
  wrap_conversation_id: number | null
}

export interface Queue {
  id: number
  name: string
  channels: string[]
  first_response_s: number
  goal: number
  /** By whose hours its clock runs; null: day and night. */
  calendar_id: number | null
  members: number[]
  fallback: boolean
  mode: 'assign' | 'offer'
  offer_s: number
  dispositions: string[]
  disposition_required: boolean
  wrap_s: number
}

/** A message that a provider has approved; `{{1}}` is where values are put in. */
export interface Template {
  id: string
  name: string
  text: string
  locale: string
}

export interface Channel {
  name: string
  reaches: string | null
  window_hours: number | null
  templates: Template[]
  counts_segments: boolean
  max_segments: number | null
  max_text: number | null
  max_files: number | null
}

export interface Conversation {
  id: number
  client_id: number
  client_name: string
  subject: string
  state: ConversationState
  priority: Priority
  assignee_id: number | null
  queue_id: number
  tags: string[]
  channel: string
  snippet: string
  last_direction: string
  last_at: string
  created_at: string
  snoozed_until: string | null
  resolved_at: string | null
  waiting_since: string | null
  respond_by: string | null
  breached: boolean
  /** How it ended, in a word of its queue's list. */
  disposition: string
}

export interface Author {
  kind: string
  id: number | null
  name: string
}

export interface AttachmentView {
  id: number
  name: string
  media_type: string
  size: number
  thumbnail: boolean
}

export interface Delivery {
  state: DeliveryStateName
  reason: string
  /** Why, as a word that the screen knows (`delivery.cause`). */
  code?: string
  at: string
  send_at: string | null
}

export interface Item {
  id: number
  client_id: number
  conversation_id: number | null
  at: string
  kind: ItemKind
  channel: string | null
  direction: 'in' | 'out' | null
  author: Author
  address: string
  subject: string
  text: string
  truncated: boolean
  quoted: string
  has_html: boolean
  data: Record<string, unknown>
  attachments: AttachmentView[]
  delivery: Delivery | null
}

export interface Address {
  id: number
  kind: string
  value: string
  display: string
  verified: boolean
}

export interface Client {
  id: number
  name: string
  locale: string | null
  attributes: Record<string, unknown>
  created_at: string
  addresses: Address[]
  /** Who he goes on as, since he was merged. */
  merged_into?: number | null
  /** When he was erased and by which colleague; he has no name any more. */
  erased_at?: string | null
  erased_by?: string | null
}

export interface OrderStep {
  status: string
  at: string | null
  done: boolean
  now: boolean
}

export interface Order {
  id: number
  number: string
  client_id: number
  title: string
  status: string
  currency: string
  total: number
  paid: boolean
  placed_at: string
  expected_at: string | null
  tracking_number: string
  carrier: string
  updated_at: string
  lines: { name: string; quantity: number; amount: number }[]
  steps: OrderStep[]
}

export interface Notification {
  id: number
  kind: 'mentioned' | 'assigned' | 'not_sent' | 'uncertain' | 'task_assigned' | 'task_reminder' | 'task_due' | 'promise_late' | 'date_ahead' | 'message' | 'queue_message' | 'offer' | 'sla_risk' | 'sla_breached' | 'webhook_disabled'
  /** null: it is about a task that is in no conversation. */
  conversation_id: number | null
  item_id: number | null
  task_id: number | null
  /** What a task says. */
  about: string
  at: string
  read: boolean
  /** How many times it happened before it was read. */
  count: number
}

export interface QuarantineItem {
  id: number
  channel: string
  at: string
  reason: string
  size: number
  state: 'waiting' | 'filed' | 'dismissed'
  path: string
}

export interface Counts {
  mine: number
  unassigned: number
  all: number
  snoozed: number
  pending: number
  queues: Record<string, number>
}

export interface Sync {
  cursor: number
  me: Account
  agents: Agent[]
  queues: Queue[]
  channels: Channel[]
  conversations: Conversation[]
  counts: Counts
  unread: Record<string, number>
  notifications: Notification[]
  notices: Wishes
  /** What is offered to agents now. */
  offers: Offer[]
  /** Views that are kept, one's own and shared ones. */
  views: ListView[]
  /** Conversations under way in which somebody mentioned this agent. */
  mentions: number[]
  /** What he does to many conversations, while it is under way. */
  bulk: Bulk | null
  quarantine: number
  /** What one has to do oneself. */
  tasks: Task[]
  tags: Tag[]
  attributes: Attribute[]
  ringing: Item[]
  settings: HubSettings
}

/** The parts of an event that say how the things it changed look now. */
export interface EventState {
  /** What the people of a role may do from now on. */
  role?: { key: string; name: string; rights: string[] }
  item?: Item
  conversation?: Conversation
  client?: Client
  agent?: Agent
  order?: Order
  queue?: Queue
  notification?: Notification
  notices?: Wishes
  offer?: Offer
  task?: Task
  view?: ListView
  tag?: Tag
  attribute?: Attribute
  bulk?: Bulk
  quarantine?: Partial<QuarantineItem> & { id: number }
  read?: { conversation_id: number; item_id: number }
  /** Whose timelines are to be read afresh. */
  timelines?: { client_ids: number[] }
  link?: { conversation_ids: number[]; reason: string }
}

export interface Was {
  state: ConversationState | null
  assignee_id: number | null
  queue_id: number | null
  waiting: boolean
}

export interface HubEvent {
  seq: number
  kind: string
  at: string
  actor: { kind: string; id: number | null; name: string }
  client_id: number | null
  conversation_id: number | null
  data: Record<string, unknown> & { was?: Was }
  state: EventState
}

export interface Page<T> {
  items: T[]
  next: string | null
}

export interface TimelinePage {
  items: Item[]
  older: string | null
  newer: string | null
}

export interface ReplyChannel {
  channel: string
  address_id: number
  address: string
  usable: boolean
  reason: string
  /** Only a template can be sent once this is over; null: no matter on this channel. */
  window: { until: string | null; hours: number } | null
  /** What went there last came back for good; the cause is one of `delivery.cause`. */
  undeliverable: { cause: string; at: string } | null
}

/** What a client said of being written to. */
export interface Consent {
  id: number
  kind: string
  value: string
  display: string
  channel: string
  purpose: string
  state: 'given' | 'refused'
  source: 'message' | 'form' | 'agent' | 'provider' | 'import'
  wording: string
  note: string
  item_id: number | null
  account_id: number | null
  account_name: string
  at: string
  /** Nothing newer was said of the same. */
  holds: boolean
}

export interface ReplyDefaults {
  channel: string | null
  address_id: number | null
  reason: string
  channels: ReplyChannel[]
  subject: string
  mail: MailDefaults | null
}

export interface Draft {
  /** Given by the hub: `reply` or `note`. */
  kind?: string
  channel?: string | null
  address_id?: number | null
  subject?: string
  text: string
  /** By mail: the same with a look to it; empty: just the text. */
  html?: string
  mail?: DraftMail | null
  attachment_ids?: number[]
  /** Given by the hub: what goes along, whose it is, who took it over and why. */
  attachments?: AttachmentView[]
  account_id?: number
  account_name?: string
  updated_at?: string
  taken_by?: number | null
  taken_by_name?: string
  taken_reason?: string
}
