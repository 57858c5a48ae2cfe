/** The screen's copy of the hub, kept true by the line. */

import { defineStore } from 'pinia'
import { computed, ref, shallowRef } from 'vue'
import { screen } from '@/api/hub'
import { Refusal } from '@/api/http'
import type { Agent, Channel, Client, Conversation, HubEvent, HubSettings, Item } from '@/api/types'
import { openLine, type Line, type LineState } from '@/live/connection'
import { applyEvents, changedSince } from '@/live/reducer'
import { emptyState, loadSync } from '@/live/state'
import { upsert } from '@/live/timeline'
import { useSession } from './session'

/** A screen that is further behind than this says so. */
const BEHIND_MS = 5000
const BACK_SHOWN_MS = 4000
/** A hub that tells of things late may do so once more. */
const LATE_SHOWN_MS = 3000
const RETRY_MS = 3000

const NO_SETTINGS: HubSettings = {
  at_risk_minutes: 30,
  max_bulk: 10_000,
  undo_seconds: 10,
  company: 'Rozmova',
  country: 'UA',
  locale: 'uk',
  timezone: 'Europe/Kyiv',
  demo: false,
  max_text: 100_000,
  max_draft: 50_000,
  max_attachments: 20,
  max_attachment_bytes: 25 * 1024 * 1024,
  typing_seconds: 6,
  break_reasons: [],
  away_seconds: 0,
}

export const useLive = defineStore('live', () => {
  const session = useSession()
  const state = emptyState()
  const channels = shallowRef<Channel[]>([])
  const settings = ref<HubSettings>(NO_SETTINGS)
  /** `GET /sync` has been taken in; before it there is nothing to show. */
  const isReady = ref(false)
  const lineState = ref<LineState>('connecting')
  const lostAt = ref<number | null>(null)
  /** How far the last frame was behind the hub's time, in milliseconds. */
  const behind = ref(0)
  const isBack = ref(false)
  /** Loads of everything afresh; pages that hold parts of it read them again. */
  const loads = ref(0)
  const viewers = ref(new Map<number, number[]>())
  const writers = ref(new Map<number, { account: number; kind: string; item: number | null; at: number }[]>())
  /** How far the hub was when we began to follow; until then we catch up. */
  let head = 0
  let lateTimer = 0
  let line: Line | null = null
  let heard: ((events: HubEvent[]) => void)[] = []

  const isOnline = computed(() => lineState.value === 'live')
  const agents = computed(() => [...state.agents.values()])
  /** Who is here and may answer clients: to others no work can be given. */
  const takers = computed(() => agents.value.filter((one) => one.active && one.answers))
  const queues = computed(() =>
    [...state.queues.values()].sort((one, other) => one.name.localeCompare(other.name)),
  )
  const me = computed(() => state.agents.get(state.meId) ?? null)

  async function load(): Promise<void> {
    for (;;) {
      try {
        const sync = await screen.sync()
        loadSync(state, sync)
        channels.value = sync.channels
        settings.value = { ...NO_SETTINGS, ...sync.settings }
        isReady.value = true
        loads.value += 1
        return
      } catch (error) {
        if (error instanceof Refusal && [401, 403].includes(error.status)) throw error
        setLine('offline')
        await new Promise((then) => setTimeout(then, RETRY_MS))
      }
    }
  }

  /** Without the right to see conversations there is one thing to hear of: one's own account. */
  async function begin(): Promise<void> {
    if (session.can('read')) return await load()
    await session.renew()
    Object.assign(state, emptyState(), { cursor: session.cursor })
  }

  async function start(): Promise<void> {
    if (line || !session.isSignedIn) return
    await begin()
    if (line || !session.isSignedIn) return
    line = openLine({
      cursor: () => state.cursor,
      events: take,
      follows: (now) => (head = now),
      lost: begin,
      refused: () => void checkSession(),
      state: (now) => {
        setLine(now)
        // What was changed before the line stood was told to nobody.
        if (now === 'live' && !session.can('read')) void session.renew()
      },
      presence: (conversation, accounts) => {
        const next = new Map(viewers.value)
        // Where nobody is, nothing is kept: a day's conversations would be.
        if (accounts.length) next.set(conversation, accounts)
        else next.delete(conversation)
        viewers.value = next
      },
      typing: heardTyping,
    })
  }

  /** The hub hears from us anew, as whom we are now. */
  async function restart(): Promise<void> {
    stop()
    await start()
  }

  function stop(): void {
    line?.close()
    line = null
    lineState.value = 'connecting'
    lostAt.value = null
    isReady.value = false
  }

  async function checkSession(): Promise<void> {
    // Only the hub's own word ends a session; a cut line does not.
    await screen.notifications().catch(() => undefined)
  }

  function take(events: HubEvent[], cursor: number): void {
    const fresh = events.filter((event) => event.seq > state.cursor)
    const isCatchingUp = state.cursor < head
    applyEvents(state, events, cursor)
    const last = fresh.at(-1)
    // What was missed is old by its nature: with the last of it nothing is behind any more.
    const isThere = isCatchingUp && state.cursor >= head
    late(last && !isThere ? Math.max(0, Date.now() - Date.parse(last.at)) : 0)
    if (fresh.some(isAboutMe)) void session.renew()
    if (fresh.length) for (const hear of heard) hear(fresh)
  }

  function late(by: number): void {
    behind.value = by
    window.clearTimeout(lateTimer)
    // Once there, one is not behind, even when nothing happens any more.
    if (by > BEHIND_MS && state.cursor >= head) lateTimer = window.setTimeout(() => (behind.value = 0), LATE_SHOWN_MS)
  }

  /** What we may do has changed, with our account or with its role. */
  function isAboutMe({ kind, data, state: now }: HubEvent): boolean {
    if (kind === 'account.changed') return data.account_id === session.account?.id
    return kind === 'role.changed' && now.role?.key === session.account?.role
  }

  function setLine(now: LineState): void {
    if (now === 'live') {
      if (lostAt.value !== null) {
        isBack.value = true
        window.setTimeout(() => (isBack.value = false), BACK_SHOWN_MS)
      }
      lostAt.value = null
    } else if (now === 'offline') {
      lostAt.value ??= Date.now()
      isBack.value = false
    }
    lineState.value = now
  }

  function heardTyping(conversation: number, account: number, kind: string | null, item: number | null): void {
    if (account === state.meId) return
    const now = Date.now()
    const isFresh = (one: { at: number }): boolean => now - one.at < settings.value.typing_seconds * 1000
    const fresh = [...writers.value].filter(([, all]) => all.some(isFresh))
    const next = new Map(fresh)
    const others = (next.get(conversation) ?? []).filter((one) => one.account !== account)
    writers.value = next.set(conversation, kind === null ? others : [...others, { account, kind, item, at: now }])
  }

  /** Hear every fresh event after it was applied; gives the way to stop. */
  function onEvents(hear: (events: HubEvent[]) => void): () => void {
    heard = [...heard, hear]
    return () => {
      heard = heard.filter((one) => one !== hear)
    }
  }

  /** Show the answer to what we did at once; the log will say the same, or has. */
  function seeItem(item: Item, cursor: number): void {
    if (changedSince(state, `item:${item.id}`, cursor)) return
    for (const window of state.timelines.values()) upsert(window, item)
  }

  function seeConversation(one: Conversation, cursor: number): void {
    if (!changedSince(state, `conversation:${one.id}`, cursor)) state.conversations.set(one.id, one)
  }

  function seeClient(one: Client, cursor: number): void {
    if (!changedSince(state, `client:${one.id}`, cursor)) state.clients.set(one.id, one)
  }

  function seeAgent(one: Agent, cursor: number): void {
    if (!changedSince(state, `agent:${one.id}`, cursor)) state.agents.set(one.id, one)
  }

  const isBehind = computed(() => isOnline.value && behind.value > BEHIND_MS)

  return {
    state,
    channels,
    settings,
    isReady,
    lineState,
    lostAt,
    behind,
    isBehind,
    isBack,
    isOnline,
    take,
    loads,
    viewers,
    writers,
    agents,
    takers,
    queues,
    me,
    start,
    stop,
    restart,
    onEvents,
    seeItem,
    seeConversation,
    seeAgent,
    seeClient,
    tryNow: () => line?.tryNow(),
    look: (conversation_id: number | null) => line?.say('presence', { conversation_id }),
    typing: (conversation_id: number, kind: string | null, item_id?: number) =>
      line?.say('typing', { conversation_id, kind, ...(item_id ? { item_id } : {}) }),
  }
})
