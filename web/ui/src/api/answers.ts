/** Ready answers, macros and drafts that colleagues share, as the hub gives them. */

import { call } from './http'
import type { AttachmentView, Conversation, Draft, Item } from './types'

export interface CannedText {
  locale: 'uk' | 'en'
  text: string
  subject: string
  html: string
}

export interface Canned {
  id: number
  /** Null: the team's. */
  account_id: number | null
  title: string
  folder: string
  channels: string[]
  texts: CannedText[]
  attachments: AttachmentView[]
  updated_at: string
  used: number
  used_by_me: number
}

export interface CannedBody {
  title: string
  folder: string
  channels: string[]
  texts: CannedText[]
  attachment_ids: number[]
}

export type Deed = 'answer' | 'tags' | 'priority' | 'assign' | 'queue' | 'note' | 'task' | 'state'

export interface Step {
  do: Deed
  canned_id?: number
  send?: boolean
  add?: string[]
  remove?: string[]
  priority?: string
  to?: number | 'me' | 'nobody'
  queue_id?: number
  state?: string
  hours?: number | null
  text?: string
  title?: string
  /** In a plan: what the step names, in words. */
  name?: string
}

export interface Macro {
  id: number
  account_id: number | null
  title: string
  steps: Step[]
  used: number
  updated_at: string
}

export interface FilledAnswer {
  answer: Canned
  locale: string
  subject: string
  text: string
  html: string
  missing: string[]
}

/** What a macro would do now. */
export interface Plan {
  macro_id: number
  title: string
  steps: Step[]
  answer: FilledAnswer | null
  sends: boolean
  missing: string[]
}

export interface RunBody {
  channel: string
  address_id: number
  seen: number
  anyway?: boolean
  despite_promises?: boolean
}

export interface Ran {
  run_id: number
  conversation: Conversation
  item: Item | null
  plan: Plan | null
  files: AttachmentView[]
}

export interface Undone {
  conversation: Conversation
  kept: string[]
  draft: Draft | null
}

export const canned = {
  list: () => call<Canned[]>('GET', '/canned'),
  create: (body: CannedBody & { own: boolean }, key: string) =>
    call<Canned>('POST', '/canned', { body, key }),
  change: (id: number, body: CannedBody) => call<Canned>('PUT', `/canned/${id}`, { body }),
  drop: (id: number) => call<void>('DELETE', `/canned/${id}`),
  used: (id: number) => call<void>('POST', `/canned/${id}/used`),
  places: (conversation: number) =>
    call<Record<string, string>>('GET', `/conversations/${conversation}/places`),
}

export const macros = {
  list: () => call<Macro[]>('GET', '/macros'),
  create: (body: { title: string; steps: Step[]; own: boolean }, key: string) =>
    call<Macro>('POST', '/macros', { body, key }),
  change: (id: number, body: { title: string; steps: Step[] }) =>
    call<Macro>('PUT', `/macros/${id}`, { body }),
  drop: (id: number) => call<void>('DELETE', `/macros/${id}`),
  plan: (conversation: number, id: number) =>
    call<Plan>('GET', `/conversations/${conversation}/macros/${id}`),
  run: (conversation: number, id: number, body: RunBody, key: string) =>
    call<Ran>('POST', `/conversations/${conversation}/macros/${id}/run`, { body, key }),
  undo: (run: number) => call<Undone>('POST', `/macro-runs/${run}/undo`),
}

export const sharedDrafts = {
  list: (conversation: number) => call<Draft[]>('GET', `/conversations/${conversation}/drafts`),
  take: (conversation: number, account_id: number, reason: string, key: string) =>
    call<Draft>('POST', `/conversations/${conversation}/drafts/take`, {
      body: { account_id, reason },
      key,
    }),
}

/** Let files go along once more: of a message, of a ready answer. */
export const copyFiles = (attachment_ids: number[]) =>
  call<AttachmentView[]>('POST', '/attachments/copy', {
    body: { attachment_ids },
    key: crypto.randomUUID(),
  })
