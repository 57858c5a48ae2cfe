/** What search finds. Texts are plain; what was found in them is told by ranges. */

import { call } from './http'
import type { Client } from './types'

export interface Passage {
  text: string
  marks: { start: number; end: number }[]
}

export interface ItemHit {
  item_id: number
  conversation_id: number
  client_id: number
  at: string
  kind: string
  channel: string | null
  direction: string | null
  author: string
  passage: Passage
  part: 'text' | 'subject' | 'attachment' | 'quoted'
  matched: string[]
}

export interface ConversationHit {
  conversation_id: number
  client_id: number
  client_name: Passage
  subject: Passage
  state: string
  best: ItemHit
  more: number
}

export interface ClientHit {
  client: Client
  name: Passage
  address: Passage | null
}

export interface OrderHit {
  order_id: number
  client_id: number
  client_name: string
  number: Passage
  title: Passage
  status: string
  placed_at: string
}

export interface Facet {
  value: string
  count: number
}

export interface Found {
  clients: ClientHit[]
  orders: OrderHit[]
  conversations: ConversationHit[]
  understood: string[]
  corrections: { typed: string; taken: string[] }[]
  facets: { channels: Facet[]; people: Facet[]; months: Facet[] }
  complete: boolean
  ready: boolean
  next: string | null
}

export interface HistoryHits {
  items: ItemHit[]
  complete: boolean
  ready: boolean
  next: string | null
}

function asked(fields: Record<string, string | number | null | undefined>): string {
  const given = new URLSearchParams()
  for (const [name, value] of Object.entries(fields)) {
    if (value !== null && value !== undefined) given.set(name, String(value))
  }
  return given.toString()
}

export const search = {
  find: (q: string, more: { cursor?: string | null; limit?: number } = {}) =>
    call<Found>('GET', `/search?${asked({ q, ...more })}`),
  within: (clientId: number, q: string, cursor?: string | null) =>
    call<HistoryHits>('GET', `/clients/${clientId}/search?${asked({ q, cursor })}`),
}
