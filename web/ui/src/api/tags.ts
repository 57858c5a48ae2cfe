/** Tags, and what is known of clients under which name. */

import { call } from './http'

export interface Tag {
  id: number
  name: string
  colour: string
  description: string
  /** What it was called before. */
  former: string[]
  /** It is offered no more. */
  archived: boolean
  deleted?: boolean
}

export interface TagCount {
  tag: Tag
  conversations: number
  at_hand: number
}

export interface TagUse {
  conversations: number
  at_hand: number
  views: number
  macros: string[]
}

export type TagBody = Partial<Pick<Tag, 'name' | 'colour' | 'description' | 'archived'>>

export const tags = {
  list: () => call<TagCount[]>('GET', '/tags'),
  create: (body: TagBody) => call<Tag>('POST', '/tags', { body }),
  change: (id: number, body: TagBody) => call<Tag>('PATCH', `/tags/${id}`, { body }),
  use: (id: number) => call<TagUse>('GET', `/tags/${id}/use`),
  merge: (id: number, into_id: number) => call<Tag>('POST', `/tags/${id}/merge`, { body: { into_id } }),
  remove: (id: number) => call<void>('DELETE', `/tags/${id}`),
}

export const KINDS = ['text', 'number', 'date', 'yes_no', 'choice', 'link'] as const
export const EDITORS = ['everyone', 'managers', 'programs'] as const
export const REMINDS = ['never', 'once', 'yearly'] as const

export interface AttributeBody {
  labels: Record<string, string>
  kind: (typeof KINDS)[number]
  choices: { value: string; labels: Record<string, string> }[]
  required: boolean
  editors: (typeof EDITORS)[number]
  reminds: (typeof REMINDS)[number]
  ahead_days: number
}

export interface Attribute extends AttributeBody {
  id: number
  name: string
  place: number
  revision: number
  deleted?: boolean
}

export interface FoundName {
  name: string
  clients: number
  example: string
}

export const attributes = {
  found: () => call<FoundName[]>('GET', '/attributes/found'),
  create: (body: AttributeBody & { name: string }) => call<Attribute>('POST', '/attributes', { body }),
  change: (id: number, body: AttributeBody & { revision: number }) => call<Attribute>('PUT', `/attributes/${id}`, { body }),
  order: (ids: number[]) => call<Attribute[]>('PUT', '/attributes/order', { body: { ids } }),
  remove: (id: number) => call<void>('DELETE', `/attributes/${id}`),
}
