/** Duplicates, merges, links and moves, as the hub's API gives them. */

import type { Client, Conversation, ConversationState } from './types'

/** Somebody who may be the same client. */
export interface Duplicate {
  client: Client
  reason: 'typed' | 'phone' | 'email' | 'order' | 'name'
  detail: string
}

export interface FieldChange {
  /** `name`, `locale` or `attributes.<key>`. */
  field: string
  kept: unknown
  merged: unknown
  after: unknown
  conflict: boolean
}

/** What a merge, or undoing one, would change. */
export interface MergePreview {
  client: Client
  after: Client
  merged: Client
  fields: FieldChange[]
  moves: { addresses: number; conversations: number; entries: number; orders: number }
}

export interface Merge {
  id: number
  client_id: number
  merged_id: number
  merged_name: string
  at: string
  by_name: string
  undone_at: string | null
}

/** The other conversation of a link. */
export interface ConversationLink {
  conversation_id: number
  client_id: number
  client_name: string
  subject: string
  state: ConversationState
  reason: 'quoted' | 'reply_address' | 'subject' | 'split'
}

export interface Moved {
  move_id: number
  target: Conversation
  sources: Conversation[]
}
