/** Notices, offers and presence, as the hub tells and takes them. */

import { call, query } from './http'
import type { Agent, AgentStateName, Conversation, Notification, Page } from './types'

export const WAYS = ['app', 'desktop', 'sound', 'push', 'digest'] as const
export type Way = (typeof WAYS)[number]
export const TONES = ['bell', 'drop', 'knock'] as const
export type Tone = (typeof TONES)[number]

/** How one wants to be told. */
export interface Wishes {
  kinds: Record<string, Way[]>
  quiet_from: string | null
  quiet_to: string | null
  timezone: string
  volume: number
  tone: Tone
  digest_at: string[]
  discreet: boolean
}

/** A conversation that is offered to an agent, or was. */
export interface Offer {
  id: number
  conversation_id: number
  queue_id: number
  account_id: number
  state: 'open' | 'accepted' | 'declined' | 'expired' | 'withdrawn'
  offered_at: string
  ends_at: string
  reason: string
}

/** A browser that takes pushes. */
export interface PushBrowser {
  id: number
  program: string
  created_at: string
  ending: string
}

export const notices = {
  list: (wanted: { unread?: boolean; kind?: string; cursor?: string | null }) =>
    call<Page<Notification>>('GET', `/notifications${query({ ...wanted })}`),
  readAll: (upto: number) => call<void>('POST', '/notifications/read-all', { body: { upto } }),
  wishes: () => call<{ wishes: Wishes; usual: Record<string, Way[]> }>('GET', '/me/notices'),
  keepWishes: (wishes: Wishes) => call<Wishes>('PUT', '/me/notices', { body: wishes }),
  browsers: () => call<{ key: string; browsers: PushBrowser[] }>('GET', '/me/push'),
  subscribe: (endpoint: string, p256dh: string, auth: string) =>
    call<PushBrowser>('POST', '/me/push', { body: { endpoint, p256dh, auth } }),
  unsubscribe: (id: number) => call<void>('DELETE', `/me/push/${id}`),
}

export const presence = {
  state: (state: AgentStateName, reason = '') =>
    call<Agent>('PUT', '/me/state', { body: { state, reason } }),
  active: () => call<Agent>('POST', '/me/activity'),
}

export const offers = {
  accept: (id: number) => call<Conversation>('POST', `/offers/${id}/accept`),
  decline: (id: number, reason: string) =>
    call<void>('POST', `/offers/${id}/decline`, { body: { reason } }),
}

export const weights = {
  get: () => call<{ weights: Record<string, number> }>('GET', '/queues/weights'),
  put: (given: Record<string, number>) =>
    call<{ weights: Record<string, number> }>('PUT', '/queues/weights', { body: { weights: given } }),
}
