/** Windows on clients' timelines: read on demand, kept true by the log. */

import { defineStore } from 'pinia'
import { shallowReactive } from 'vue'
import { clients } from '@/api/hub'
import type { Item } from '@/api/types'
import { changedSince } from '@/live/reducer'
import type { TimelineFilter, TimelineWindow } from '@/live/state'
import { joinPage, reachEnd, windowKey } from '@/live/timeline'
import { useLive } from './live'

const PAGE = 60
/** Clients whose timelines stay in memory, so that going back to one is at once. */
const KEPT = 12
/** One that has grown longer than this is read again rather than kept. */
const MOST_KEPT = 300

export const useTimelines = defineStore('timelines', () => {
  const live = useLive()
  const underWay = new WeakMap<TimelineWindow, Map<string, Promise<void>>>()

  /** Give the window, a new one being empty until `load` has run. */
  function open(clientId: number, filter: TimelineFilter): TimelineWindow {
    const key = windowKey(clientId, filter)
    const known = live.state.timelines.get(key)
    const window =
      known ??
      shallowReactive<TimelineWindow>({
        clientId,
        filter,
        items: [],
        older: null,
        newer: null,
        loaded: false,
        later: new Map(),
      })
    // Last opened, last dropped.
    live.state.timelines.delete(key)
    live.state.timelines.set(key, window)
    const others = [...live.state.timelines].slice(0, -1)
    for (const [index, [old, { items }]] of others.entries()) {
      if (index < others.length - KEPT + 1 || items.length > MOST_KEPT) live.state.timelines.delete(old)
    }
    return window
  }

  /** Read the newest page, or the one around an entry. */
  function load(window: TimelineWindow, around?: number): Promise<void> {
    return once(window, `load${around ?? ''}`, async () => {
      let page = await read(window, { around })
      // It was asked for before two timelines became one, or one two.
      while (isStale(window, page.cursor)) page = await read(window, { around })
      if (around !== undefined) window.items = []
      join(window, page.items, page.cursor)
      window.older = page.older
      window.newer = page.newer
      window.loaded = true
      if (page.newer === null) reachEnd(window)
    })
  }

  /** Read one that may be looked at next. */
  async function ahead(clientId: number): Promise<void> {
    const window = open(clientId, {})
    if (!window.loaded) await load(window).catch(() => undefined)
  }

  function older(window: TimelineWindow): Promise<void> {
    return once(window, 'older', async () => {
      if (window.older === null) return
      const page = await read(window, { before: window.older })
      if (isStale(window, page.cursor)) return
      join(window, page.items, page.cursor)
      window.older = page.older
    })
  }

  function newer(window: TimelineWindow): Promise<void> {
    return once(window, 'newer', async () => {
      if (window.newer === null) return
      const page = await read(window, { after: window.newer })
      if (isStale(window, page.cursor)) return
      join(window, page.items, page.cursor)
      window.newer = page.newer
      if (page.newer === null) reachEnd(window)
    })
  }

  async function read(
    window: TimelineWindow,
    where: { before?: string; after?: string; around?: number },
  ) {
    const cursor = live.state.cursor
    const { channel, kind, conversationId } = window.filter
    const page = await clients.timeline(window.clientId, {
      ...where,
      channel,
      kind,
      conversation_id: conversationId,
      limit: PAGE,
    })
    return { ...page, cursor }
  }

  function isStale(window: TimelineWindow, cursor: number): boolean {
    return changedSince(live.state, `timeline:${window.clientId}`, cursor)
  }

  function join(window: TimelineWindow, items: Item[], cursor: number): void {
    joinPage(window, items, (item) => changedSince(live.state, `item:${item.id}`, cursor))
  }

  function once(window: TimelineWindow, what: string, work: () => Promise<void>): Promise<void> {
    const mine = underWay.get(window) ?? new Map<string, Promise<void>>()
    underWay.set(window, mine)
    const running = mine.get(what)
    if (running) return running
    const promise = work().finally(() => mine.delete(what))
    mine.set(what, promise)
    return promise
  }

  return { open, load, ahead, older, newer }
})
