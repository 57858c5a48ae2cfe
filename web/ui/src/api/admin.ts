/** What those who run the hub ask of it: hours, webhooks, the audit. */

import { call, query } from './http'
import type { Page } from './types'

/** Minutes after midnight; one that closes at or before it opens goes on into the next day. */
export type Span = [number, number]

export interface Holiday {
  date: string
  name: string
}

export interface HoursBody {
  name: string
  timezone: string
  /** Monday first. */
  week: Span[][]
  holidays: Holiday[]
}

export interface Hours extends HoursBody {
  id: number
  revision: number
  queues: number[]
}

export interface Forecast {
  is_open: boolean
  opens_at: string
  due_at: string
}

export const hours = {
  list: () => call<Page<Hours>>('GET', '/calendars'),
  create: (body: HoursBody) => call<Hours>('POST', '/calendars', { body }),
  change: (id: number, body: HoursBody & { revision: number }) => call<Hours>('PATCH', `/calendars/${id}`, { body }),
  remove: (id: number) => call<void>('DELETE', `/calendars/${id}`),
  forecast: (body: Omit<HoursBody, 'name'> & { at: string; first_response_s: number }) =>
    call<Forecast>('POST', '/calendars/forecast', { body }),
}

/** What each role may do. */
export interface Role {
  /** What accounts say. */
  key: string
  /** As people read it; of a built-in one its key. */
  name: string
  rights: string[]
  built_in: boolean
  revision: number
  /** Active accounts, those that are not, and who is invited. */
  people: number
  inactive: number
  invited: number
}

/** Something that a role may be allowed, and what it needs. */
export interface RightRow {
  name: string
  needs: string | null
}

export const roles = {
  list: () => call<Page<Role>>('GET', '/roles'),
  rights: () => call<RightRow[]>('GET', '/rights'),
  create: (body: { name: string; rights: string[] }) => call<Role>('POST', '/roles', { body }),
  change: (key: string, body: { name: string; rights: string[]; revision: number }) => call<Role>('PATCH', `/roles/${key}`, { body }),
  order: (keys: string[]) => call<Role[]>('PUT', '/roles/order', { body: { keys } }),
  remove: (key: string, move_to = '') => call<void>('DELETE', `/roles/${key}${query({ move_to })}`),
}

export interface Webhook {
  id: number
  name: string
  url: string
  kinds: string[]
  cursor: number
  behind: number
  failing_since: string | null
  disabled_at: string | null
  disabled_because: string
  old_until: string | null
  next_at: string | null
  revision: number
  created_at: string
}

export interface WebhookTry {
  id: number
  seq: number | null
  kind: string
  attempt: number
  at: string
  took_ms: number
  status: number | null
  answer: string
}

export const webhooks = {
  list: () => call<Page<Webhook>>('GET', '/webhooks'),
  kinds: () => call<string[]>('GET', '/webhooks/kinds'),
  create: (body: { name: string; url: string; kinds: string[] }) =>
    call<{ webhook: Webhook; secret: string }>('POST', '/webhooks', { body }),
  change: (id: number, body: { name?: string; url?: string; kinds?: string[]; active?: boolean; revision: number }) =>
    call<Webhook>('PATCH', `/webhooks/${id}`, { body }),
  remove: (id: number) => call<void>('DELETE', `/webhooks/${id}`),
  rotate: (id: number) => call<{ webhook: Webhook; secret: string }>('POST', `/webhooks/${id}/secret`, { body: {} }),
  test: (id: number) => call<void>('POST', `/webhooks/${id}/test`, { body: {} }),
  replay: (id: number, after: number) => call<Webhook>('POST', `/webhooks/${id}/replay`, { body: { after } }),
  tries: (id: number) => call<Page<WebhookTry>>('GET', `/webhooks/${id}/tries`),
}

export interface AuditEntry {
  seq: number
  at: string
  kind: string
  actor: { kind: string; id: number | null; name: string }
  client_id: number | null
  conversation_id: number | null
  data: Record<string, unknown>
}

export interface AuditQuery {
  actor_id?: number | ''
  actor_kind?: string
  kind?: string
  client_id?: number | ''
  conversation_id?: number | ''
  since?: string
  until?: string
  cursor?: string | null
}

export const audit = {
  list: (wanted: AuditQuery) => call<Page<AuditEntry>>('GET', `/audit${query({ ...wanted })}`),
  /** Where the same is to be had as a file. */
  fileOf: (wanted: AuditQuery) => `/api/v1/audit.csv${query({ ...wanted })}`,
}
