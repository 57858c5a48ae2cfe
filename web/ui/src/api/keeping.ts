/** How long things are kept, and who is invited. */

import { call, query } from './http'
import type { SignedIn } from './types'

export interface Rule {
  kind: string
  /** Null: for ever. */
  days: number | null
  chosen: boolean
  shortest: number
  ran_at: string | null
  removed: number
}

export const retention = {
  list: () => call<Rule[]>('GET', '/retention'),
  choose: (kind: string, days: number | null) => call<Rule>('PUT', `/retention/${kind}`, { body: { days } }),
  preview: (kind: string, days: number) =>
    call<{ count: number; more: boolean }>('GET', `/retention/${kind}/preview${query({ days })}`),
  run: () => call<void>('POST', '/retention/run', { body: {} }),
}

export interface Invitation {
  id: number
  email: string
  role: string
  locale: string
  sent_at: string
  expires_at: string
  expired: boolean
  link: string | null
}

export const invitations = {
  list: () => call<{ items: Invitation[]; mails: boolean }>('GET', '/invitations'),
  create: (body: { email: string; role: string; locale: string }) => call<Invitation>('POST', '/invitations', { body }),
  again: (id: number) => call<Invitation>('POST', `/invitations/${id}/again`, { body: {} }),
  withdraw: (id: number) => call<void>('DELETE', `/invitations/${id}`),
}

export interface Opened {
  purpose: 'invitation' | 'password'
  email: string
  name: string
  /** As what a colleague is invited; what people read of one of the company's own. */
  role: string
  role_name: string
  locale: string
  company: string
  min_length: number
}

export const links = {
  forgot: (email: string) => call<{ mails: boolean }>('POST', '/session/forgot', { body: { email }, signingIn: true }),
  look: (token: string) => call<Opened>('POST', '/session/link', { body: { token }, signingIn: true }),
  take: (body: { token: string; name: string; password: string; locale: string }) =>
    call<SignedIn>('POST', '/session/link/take', { body, signingIn: true }),
}
