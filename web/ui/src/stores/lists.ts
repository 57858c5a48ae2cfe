/** Lists of conversations: pages of the hub joined with what the log brings. */

import { defineStore } from 'pinia'
import { markRaw, shallowReactive, watch } from 'vue'
import { conversations as api } from '@/api/hub'
import type { Conversation } from '@/api/types'
import { holds, isByClock, isHubOnly, type Group } from '@/live/filters'
import { joinAbove, joinBelow, newListing, place, remove, startAbove, type Listing } from '@/live/listing'
import { hubView, listKey, sensibleOrder, treeOf, type ListFilter, type Order } from '@/live/lists'
import { mergeConversations } from '@/live/reducer'
import { keyOf } from '@/live/sorting'
import { useLive } from './live'

const PAGE = 100
/** What the screen cannot tell is asked for together after this. */
const ASK_AFTER_MS = 300
/** Events that change what only the hub can judge. */
export const ASIDE = /^(task|consent)\./
/** Rows that time alone brings in or out are looked for this often. */
const CLOCK_MS = 15_000
/** Conversations that are remembered beside those that a list shows. */
const REMEMBERED = 3000
/** Lists that are kept as they were left, with their places. */
const KEPT_LISTS = 12

export interface Shown {
  filter: ListFilter
  /** As it was asked for, and as it is: what is done is never urgent. */
  order: Order
  sorted: Order
  tree: Group
  list: Listing
  /** Counts what moved, for whoever draws it. */
  version: number
  loading: boolean
  failed: boolean
  loads: number
  /** Where it was left. */
  top: number
}

export const useLists = defineStore('lists', () => {
  const live = useLive()
  const lists = new Map<string, Shown>()
  const unsure = new Map<Shown, Set<number>>()
  let timer = 0
  /** The one on the screen; others catch up when they are opened. */
  let current: Shown | null = null

  const eyes = () => ({ me: live.state.meId, now: Date.now() })

  function seen(one: Conversation) {
    return {
      conversation: one,
      client: live.state.clients.get(one.client_id),
      mentioned: live.state.mentions.has(one.id),
    }
  }

  /** Give a list as it is known; null: there is no such view. */
  function open(filter: ListFilter, order: Order): Shown | null {
    const tree = treeOf(filter, live.state.views, live.settings.at_risk_minutes)
    if (!tree) return null
    const key = listKey(filter, order)
    let shown = lists.get(key)
    if (!shown || shown.tree !== tree) {
      const isSame = shown && JSON.stringify(shown.tree) === JSON.stringify(tree)
      if (!isSame) {
        shown = shallowReactive<Shown>({
          filter,
          order,
          sorted: sensibleOrder(order, tree),
          tree,
          list: markRaw(newListing()),
          version: 0,
          loading: false,
          failed: false,
          loads: -1,
          top: 0,
        })
      }
    }
    lists.delete(key)
    lists.set(key, shown!)
    if (lists.size > KEPT_LISTS) lists.delete(lists.keys().next().value!)
    current = shown!
    return shown!
  }

  /** Read the first page, once for each load of the screen. */
  async function begin(shown: Shown): Promise<void> {
    // What moved while another list was looked at.
    for (const row of [...shown.list.rows]) {
      const one = live.state.conversations.get(row.id)
      if (one) settle(shown, one)
    }
    if (shown.loads === live.loads) return void sweep(shown)
    shown.loads = live.loads
    shown.list = markRaw(newListing())
    // Known rows stand there at once; the page puts right what is missing.
    for (const one of live.state.conversations.values()) settle(shown, one)
    await more(shown)
  }

  async function more(shown: Shown): Promise<void> {
    if (shown.loading || shown.list.next === null) return
    await read(shown, shown.list.next ?? null, (rows, next) =>
      joinBelow(shown.list, rows, shown.list.next ?? null, next),
    )
  }

  /** Read again what was let go above. */
  async function above(shown: Shown): Promise<void> {
    const start = startAbove(shown.list)
    if (shown.loading || start === undefined) return
    await read(shown, start, (rows) => joinAbove(shown.list, rows))
  }

  async function read(
    shown: Shown,
    start: string | null,
    join: (rows: { id: number; key: ReturnType<typeof keyOf> }[], next: string | null) => void,
  ): Promise<void> {
    const { list } = shown
    shown.loading = true
    shown.failed = false
    try {
      const cursor = live.state.cursor
      const page = await api.list({ ...asked(shown), order: shown.order, cursor: start, limit: PAGE })
      if (shown.list !== list) return
      mergeConversations(live.state, page.items, cursor)
      const rows = page.items.flatMap((item) => {
        const one = live.state.conversations.get(item.id) ?? item
        // The log may have said otherwise while the page was on its way.
        return holds(shown.tree, seen(one), eyes()) === false ? [] : [{ id: one.id, key: keyOf(shown.sorted, one) }]
      })
      join(rows, page.next)
      shown.version += 1
      forget()
    } catch {
      shown.failed = true
    } finally {
      shown.loading = false
    }
  }

  function asked(shown: Shown) {
    const { view, state, channel } = shown.filter
    return { view: hubView(view), state, channel }
  }

  /** Put a conversation where it belongs, or out of the list. */
  function settle(shown: Shown, one: Conversation): void {
    const found = holds(shown.tree, seen(one), eyes())
    if (found === null) return ask(shown, one.id)
    const moved = found
      ? place(shown.list, { id: one.id, key: keyOf(shown.sorted, one) })
      : remove(shown.list, one.id)
    if (moved) shown.version += 1
  }

  /** What depends on a client whom the screen does not know, the hub can tell. */
  function ask(shown: Shown, id: number): void {
    if (shown !== current) return
    unsure.set(shown, (unsure.get(shown) ?? new Set()).add(id))
    window.clearTimeout(timer)
    timer = window.setTimeout(() => void askAll(), ASK_AFTER_MS)
  }

  /** What is promised, planned or allowed changed without the conversation. */
  function askAbout(shown: Shown, clients: Set<number | null>): void {
    if (!clients.size) return
    for (const one of live.state.conversations.values()) if (clients.has(one.client_id)) ask(shown, one.id)
  }

  async function askAll(): Promise<void> {
    const all = [...unsure]
    unsure.clear()
    for (const [shown, ids] of all) {
      const some = [...ids].slice(0, PAGE)
      const cursor = live.state.cursor
      const page = await api
        .list({ ...asked(shown), ids: some.join(','), limit: PAGE })
        .catch(() => null)
      if (!page) continue
      mergeConversations(live.state, page.items, cursor)
      const inside = new Set(page.items.map((one) => one.id))
      for (const id of some) {
        const one = live.state.conversations.get(id)
        if (inside.has(id) && one) place(shown.list, { id, key: keyOf(shown.sorted, one) })
        else remove(shown.list, id)
      }
      shown.version += 1
    }
  }

  /** Time goes by: look again at all that is known. */
  function sweep(shown: Shown): void {
    for (const one of live.state.conversations.values()) {
      if (holds(shown.tree, seen(one), eyes()) !== null) settle(shown, one)
    }
  }

  /** A screen that is open for hours does not remember all that it saw. */
  function forget(): void {
    const { conversations } = live.state
    if (conversations.size <= REMEMBERED * 2) return
    const needed = new Set<number>()
    for (const shown of lists.values()) for (const row of shown.list.rows) needed.add(row.id)
    for (const [id, one] of conversations) {
      if (conversations.size <= REMEMBERED) break
      if (!needed.has(id) && one.assignee_id !== live.state.meId) conversations.delete(id)
    }
  }

  live.onEvents((events) => {
    if (!current) return
    if (isHubOnly(current.tree)) askAbout(current, new Set(events.filter(({ kind }) => ASIDE.test(kind)).map((each) => each.client_id)))
    const changed = new Map(live.state.changed.map((each) => [each.now.id, each.now]))
    for (const one of changed.values()) settle(current, one)
    forget()
  })
  watch(
    () => live.state.mentions.size,
    () => current?.filter.view === 'mentions' && sweep(current),
  )
  window.setInterval(() => {
    if (current && isByClock(current.tree)) sweep(current)
  }, CLOCK_MS)

  return { open, begin, more, above }
})
