/** Every call of the hub's API that the workspace makes, by noun. */

import type { FormBody, WebForm } from '@/components/settings/forms/form'
import { call, csrfToken, query, Refusal } from './http'
import type { ConversationLink, Duplicate, Merge, MergePreview, Moved } from './identity'
import type { QuarantineReading } from './readings'
import type {
  Account,
  Agent,
  AgentStateName,
  AttachmentView,
  ChannelCheck,
  ChannelRow,
  Client,
  Consent,
  Conversation,
  Draft,
  Item,
  Notification,
  Order,
  Page,
  Queue,
  QuarantineItem,
  ReplyDefaults,
  SessionRow,
  Signature,
  SignedIn,
  Sync,
  TimelinePage,
  TokenRow,
  Wall,
} from './types'

export const session = {
  signIn: (email: string, password: string) =>
    call<SignedIn>('POST', '/session', { body: { email, password }, signingIn: true }),
  current: () => call<SignedIn>('GET', '/session', { signingIn: true }),
  signOut: () => call<void>('DELETE', '/session', { signingIn: true }),
  list: () => call<Page<SessionRow>>('GET', '/sessions'),
  end: (id: number) => call<void>('DELETE', `/sessions/${id}`),
}

export const me = {
  change: (fields: Partial<Account>) => call<Account>('PATCH', '/me', { body: fields }),
  password: (current: string, wanted: string) =>
    call<SignedIn>('PUT', '/me/password', { body: { current, new: wanted } }),
  state: (state: AgentStateName) => call<Agent>('PUT', '/me/state', { body: { state } }),
}

export const screen = {
  sync: () => call<Sync>('GET', '/sync'),
  wall: () => call<Wall>('GET', '/wall'),
  notifications: () => call<Page<Notification>>('GET', '/notifications'),
  readNotifications: (ids: number[]) =>
    call<void>('POST', '/notifications/read', { body: { ids } }),
}

export interface ListQuery {
  view?: string
  state?: string
  queue_id?: number
  channel?: string
  client_id?: number
  q?: string
  order?: string
  /** Only these, as far as they are in the view. */
  ids?: string
  cursor?: string | null
  limit?: number
}

export interface ReplyBody {
  channel: string
  address_id: number
  text: string
  subject?: string
  seen: number
  anyway?: boolean
  send_at?: string
  attachment_ids?: number[]
  template_id?: string
  template_values?: Record<string, string>
  then?: 'resolve' | 'pending' | 'snooze'
  snoozed_until?: string
  disposition?: string
  despite_promises?: boolean
  html?: string
  to?: string[]
  cc?: string[]
  bcc?: string[]
  quote?: boolean
  sign?: boolean
}

export interface ForwardBody {
  channel: string
  to: string[]
  cc?: string[]
  bcc?: string[]
  text: string
  html?: string
  subject?: string
  attachment_ids?: number[]
  send_at?: string
  sign?: boolean
}

export const conversations = {
  list: (wanted: ListQuery) =>
    call<Page<Conversation>>('GET', `/conversations${query({ ...wanted })}`),
  get: (id: number) =>
    call<{ conversation: Conversation; client: Client; drafts: Draft[] }>(
      'GET',
      `/conversations/${id}`,
    ),
  change: (id: number, fields: Partial<Conversation> & { anyway?: boolean }) =>
    call<Conversation>('PATCH', `/conversations/${id}`, { body: fields }),
  open: (client_id: number, subject: string) =>
    call<Conversation>('POST', '/conversations', { body: { client_id, subject } }),
  replyDefaults: (id: number) =>
    call<ReplyDefaults>('GET', `/conversations/${id}/reply-defaults`),
  reply: (id: number, body: ReplyBody, key: string) =>
    call<{ item: Item; conversation: Conversation }>('POST', `/conversations/${id}/replies`, {
      body,
      key,
    }),
  note: (id: number, text: string, mentions: number[], key: string) =>
    call<{ item: Item }>('POST', `/conversations/${id}/notes`, { body: { text, mentions }, key }),
  saveDraft: (id: number, kind: string, draft: Draft) =>
    call<void>('PUT', `/conversations/${id}/drafts/${kind}`, { body: draft }),
  dropDraft: (id: number, kind: string) =>
    call<void>('DELETE', `/conversations/${id}/drafts/${kind}`),
  links: (id: number) => call<ConversationLink[]>('GET', `/conversations/${id}/links`),
  read: (id: number, item_id: number) =>
    call<void>('POST', `/conversations/${id}/read`, { body: { item_id } }),
}

export const signatures = {
  own: () => call<Signature>('GET', '/me/signature'),
  keepOwn: (text: string, html: string) =>
    call<Signature>('PUT', '/me/signature', { body: { text, html } }),
  ofQueue: (id: number) => call<Signature>('GET', `/queues/${id}/signature`),
  keepOfQueue: (id: number, text: string, html: string, overrules: boolean) =>
    call<Signature>('PUT', `/queues/${id}/signature`, { body: { text, html, overrules } }),
}

export const interactions = {
  move: (item_ids: number[], conversation_id: number | null, subject = '') =>
    call<Moved>('POST', '/interactions/move', { body: { item_ids, conversation_id, subject } }),
  undoMove: (id: number) => call<Moved>('POST', `/moves/${id}/undo`),
  get: (id: number) => call<Item>('GET', `/interactions/${id}`),
  undo: (id: number) => call<{ draft: Draft }>('POST', `/interactions/${id}/undo`),
  sendNow: (id: number) => call<Item>('POST', `/interactions/${id}/send-now`),
  retry: (id: number, key: string) => call<Item>('POST', `/interactions/${id}/retry`, { key }),
  forward: (id: number, body: ForwardBody, key: string) =>
    call<Item>('POST', `/interactions/${id}/forward`, { body, key }),
  settle: (id: number, sent: boolean) =>
    call<Item>('POST', `/interactions/${id}/settle`, { body: { sent } }),
}

export interface TimelineQuery {
  before?: string
  after?: string
  around?: number
  channel?: string
  kind?: string
  conversation_id?: number
  limit?: number
}

export type Wins = Record<string, 'kept' | 'merged'>

/** One person, one client. */
export const identity = {
  duplicates: (id: number) => call<Duplicate[]>('GET', `/clients/${id}/duplicates`),
  dismiss: (id: number, other_id: number) =>
    call<void>('POST', `/clients/${id}/duplicates/dismiss`, { body: { other_id } }),
  preview: (client_id: number, merged_id: number, wins: Wins) =>
    call<MergePreview>('POST', '/clients/merge/preview', { body: { client_id, merged_id, wins } }),
  merge: (client_id: number, merged_id: number, wins: Wins) =>
    call<Merge>('POST', '/clients/merge', { body: { client_id, merged_id, wins } }),
  merges: (id: number) => call<Merge[]>('GET', `/clients/${id}/merges`),
  previewUndo: (id: number) => call<MergePreview>('GET', `/merges/${id}/preview`),
  undo: (id: number) => call<Merge>('POST', `/merges/${id}/undo`),
}

export const clients = {
  find: (q: string) => call<Page<Client>>('GET', `/clients${query({ q, limit: 8 })}`),
  get: (id: number) => call<Client>('GET', `/clients/${id}`),
  create: (fields: { name: string; locale?: string }) =>
    call<Client>('POST', '/clients', { body: fields }),
  change: (id: number, fields: Partial<Pick<Client, 'name' | 'locale' | 'attributes'>>) =>
    call<Client>('PATCH', `/clients/${id}`, { body: fields }),
  addAddress: (id: number, kind: string, value: string) =>
    call<Client>('POST', `/clients/${id}/addresses`, { body: { kind, value } }),
  dropAddress: (id: number, address: number) =>
    call<Client>('DELETE', `/clients/${id}/addresses/${address}`),
  timeline: (id: number, wanted: TimelineQuery) =>
    call<TimelinePage>('GET', `/clients/${id}/timeline${query({ ...wanted })}`),
  conversations: (id: number) =>
    call<Page<Conversation>>('GET', `/clients/${id}/conversations${query({ limit: 20 })}`),
  orders: (id: number) => call<Page<Order>>('GET', `/clients/${id}/orders`),
  consents: (id: number) => call<Consent[]>('GET', `/clients/${id}/consents`),
  recordConsent: (
    id: number,
    said: { address_id: number; channel: string; state: 'given' | 'refused'; note: string },
    key: string,
  ) => call<Consent[]>('POST', `/clients/${id}/consents`, { body: said, key }),
}

export const quarantine = {
  list: (cursor?: string | null) =>
    call<Page<QuarantineItem>>('GET', `/quarantine${query({ cursor })}`),
  raw: (id: number) => call<string>('GET', `/quarantine/${id}/raw`),
  reading: (id: number) => call<QuarantineReading>('GET', `/quarantine/${id}/reading`),
  file: (id: number, to: { client_id?: number; address?: string; conversation_id?: number; note: string }) =>
    call<unknown>('POST', `/quarantine/${id}/file`, { body: to }),
  dismiss: (id: number) => call<unknown>('POST', `/quarantine/${id}/dismiss`),
  release: (id: number) => call<unknown>('POST', `/quarantine/${id}/release`),
}

export const forms = {
  list: (cursor?: string | null) => call<Page<WebForm>>('GET', `/forms${query({ cursor })}`),
  create: (form: FormBody & { name: string }) => call<WebForm>('POST', '/forms', { body: form }),
  change: (id: number, form: FormBody & { version: number }) =>
    call<WebForm>('PUT', `/forms/${id}`, { body: form }),
}

export const tokens = {
  list: () => call<Page<TokenRow>>('GET', '/tokens'),
  create: (name: string, scopes: string[]) =>
    call<{ key: string; token: TokenRow }>('POST', '/tokens', { body: { name, scopes } }),
  revoke: (id: number) => call<void>('DELETE', `/tokens/${id}`),
}

export const accounts = {
  list: (role = '') => call<Page<Account>>('GET', `/accounts${query({ role })}`),
  create: (fields: Partial<Account> & { password?: string }) =>
    call<Account>('POST', '/accounts', { body: fields }),
  change: (id: number, fields: Partial<Account>) =>
    call<Account>('PATCH', `/accounts/${id}`, { body: fields }),
}

export const queues = {
  list: () => call<Page<Queue>>('GET', '/queues'),
  create: (fields: Partial<Queue>) => call<Queue>('POST', '/queues', { body: fields }),
  change: (id: number, fields: Partial<Queue>) =>
    call<Queue>('PATCH', `/queues/${id}`, { body: fields }),
}

export const channels = {
  list: () => call<Page<ChannelRow>>('GET', '/channels'),
  check: (name: string, recipient: string) =>
    call<ChannelCheck>('POST', `/channels/${encodeURIComponent(name)}/check`, { body: { recipient } }),
  showCheck: (name: string, id: number) =>
    call<ChannelCheck>('GET', `/channels/${encodeURIComponent(name)}/check/${id}`),
}

/** Upload a file; `fetch` cannot tell how far it is, so this is the old way. */
export function upload(
  file: File,
  progress: (share: number) => void,
): { done: Promise<AttachmentView>; stop: () => void } {
  const request = new XMLHttpRequest()
  const done = new Promise<AttachmentView>((settle, fail) => {
    request.open('POST', '/api/v1/attachments')
    request.setRequestHeader('X-CSRF-Token', csrfToken())
    request.responseType = 'json'
    request.upload.onprogress = (at) => at.lengthComputable && progress(at.loaded / at.total)
    request.onload = () =>
      request.status < 300
        ? settle(request.response as AttachmentView)
        : fail(new Refusal(request.status, String((request.response as { code?: string } | null)?.code ?? 'refused'), {}))
    request.onerror = () => fail(new Error('unreachable'))
    const form = new FormData()
    form.append('file', file)
    request.send(form)
  })
  return { done, stop: () => request.abort() }
}
