/**
 * A desk without a hub: components are mounted with the real stores, words and pages,
 * and only what leaves the browser is answered here.
 */

import { mount, type VueWrapper } from '@vue/test-utils'
import { createPinia, setActivePinia } from 'pinia'
import { expect, vi } from 'vitest'
import type { Component, DefineComponent } from 'vue'
import type { Account, Agent, Channel, Client, Conversation, Item, ReplyDefaults } from '@/api/types'
import { i18n, loadLocale } from '@/i18n'
import { router } from '@/router'
import { useLive } from '@/stores/live'
import { useSession } from '@/stores/session'

export const ME = 7
export const OLENA = 8

/** What was sent to the hub: the method, the path below `/api/v1`, the body, the key. */
export interface Sent {
  what: string
  body: Record<string, unknown>
  key: string | null
}

export interface Desk {
  sent: Sent[]
  /** Say what the hub answers to a request, by its method and path; else it says null. */
  answers: Map<string, () => Response>
  live: ReturnType<typeof useLive>
}

export function json(status: number, body: unknown): Response {
  return new Response(JSON.stringify(body), { status, headers: { 'Content-Type': 'application/json' } })
}

/** Begin a desk that knows two agents, a queue, a client and his conversation. */
export async function newDesk(): Promise<Desk> {
  await loadLocale('en')
  i18n.global.locale.value = 'en'
  localStorage.clear()
  document.body.innerHTML = ''
  setActivePinia(createPinia())
  const sent: Sent[] = []
  const answers = new Map<string, () => Response>()
  vi.stubGlobal('fetch', (path: string, init: RequestInit) => {
    const what = `${init.method} ${path.replace('/api/v1', '')}`
    const body = typeof init.body === 'string' ? (JSON.parse(init.body) as Record<string, unknown>) : {}
    sent.push({ what, body, key: (init.headers as Record<string, string>)['Idempotency-Key'] ?? null })
    return Promise.resolve((answers.get(what) ?? answers.get(what.split('?')[0]!) ?? (() => json(200, null)))())
  })
  const live = useLive()
  const { state } = live
  state.meId = ME
  state.cursor = 100
  for (const one of [agent(ME, 'Nadia Bondar'), agent(OLENA, 'Olena Marchuk')]) state.agents.set(one.id, one)
  state.clients.set(1, client())
  state.conversations.set(10, conversation())
  live.channels = [channel('sms', { reaches: 'phone', counts_segments: true, max_segments: 10 }), channel('email', { reaches: 'email' })]
  useSession().account = { id: ME, name: 'Nadia Bondar', email: 'nadia@shop.example', role: 'agent', locale: 'en', rights: ['reply', 'clients'] } as unknown as Account
  return { sent, answers, live }
}

/** Show a component on the page, as the desk does. */
export function show(component: Component, props: Record<string, unknown> = {}): VueWrapper {
  return mount(component as DefineComponent, { props, attachTo: document.body, global: { plugins: [i18n, router] } })
}

/** Wait until the page says something, wherever it stands. */
export async function says(words: string | RegExp): Promise<void> {
  await vi.waitFor(() => expect(document.body.textContent).toMatch(words))
}

export function agent(id: number, name: string, more: Partial<Agent> = {}): Agent {
  return { id, name, role: 'agent', state: 'available', since: '2026-05-14T08:00:00Z', capacity: 5, load: 0, on_call: false, locale: 'en', answers: true, active: true, reason: '', wrap_until: null, wrap_conversation_id: null, ...more }
}

export function client(more: Partial<Client> = {}): Client {
  return { id: 1, name: 'Oksana Hrytsenko', locale: 'uk', attributes: {}, created_at: '2025-01-10T08:00:00Z', addresses: [], ...more }
}

export function conversation(more: Partial<Conversation> = {}): Conversation {
  return {
    id: 10, client_id: 1, client_name: 'Oksana Hrytsenko', subject: '', state: 'open', priority: 'normal', assignee_id: null, queue_id: 3,
    tags: [], channel: 'sms', snippet: 'What about Thursday?', last_direction: 'in', last_at: '2026-05-14T10:00:00Z', created_at: '2026-05-14T09:00:00Z',
    snoozed_until: null, resolved_at: null, waiting_since: null, respond_by: null, breached: false, disposition: '', ...more,
  }
}

export function item(more: Partial<Item> = {}): Item {
  return {
    id: 40, client_id: 1, conversation_id: 10, at: '2026-05-14T10:00:00Z', kind: 'message', channel: 'sms', direction: 'in',
    author: { kind: 'client', id: 1, name: 'Oksana Hrytsenko' }, address: '+380503382065', subject: '', text: 'What about Thursday?',
    truncated: false, quoted: '', has_html: false, data: {}, attachments: [], delivery: null, ...more,
  }
}

/** One of ours, and how far it came. */
export function ours(state: string, more: Partial<Item> = {}, delivery: Record<string, unknown> = {}): Item {
  return item({
    direction: 'out', author: { kind: 'agent', id: OLENA, name: 'Olena Marchuk' }, text: 'On Thursday at ten',
    delivery: { state, reason: '', code: '', send_at: null, ...delivery } as Item['delivery'], ...more,
  })
}

export function channel(name: string, more: Partial<Channel> = {}): Channel {
  return { name, reaches: null, window_hours: null, templates: [], counts_segments: false, max_segments: null, max_text: null, max_files: null, ...more }
}

export function defaults(more: Partial<ReplyDefaults> = {}): ReplyDefaults {
  return {
    channel: 'sms', address_id: 5, reason: 'wrote_last', subject: '', mail: null,
    channels: [
      { channel: 'sms', address_id: 5, address: '+380 50 338 20 65', usable: true, reason: 'wrote_last', window: null, undeliverable: null },
      { channel: 'email', address_id: 6, address: 'oksana@client.example', usable: false, reason: 'opted_out', window: null, undeliverable: null },
    ],
    ...more,
  }
}
