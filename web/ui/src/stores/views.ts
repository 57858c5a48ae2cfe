/** Views that are kept, and how many conversations are in those that have a filter. */

import { defineStore } from 'pinia'
import { computed, reactive, watch } from 'vue'
import { views as api } from '@/api/lists'
import type { ListView } from '@/api/types'
import { holds, isByClock, isHubOnly } from '@/live/filters'
import { savedId, viewTree } from '@/live/lists'
import type { Changed } from '@/live/state'
import { ASIDE } from './lists'
import { useLive } from './live'

/** Counts that events left open are asked for after this, and never more often. */
const AGAIN_MS = 3000
/** What moves by the clock alone is counted this often. */
const CLOCK_MS = 60_000
/** What an event does not say of a conversation that the screen did not know. */
const UNTOLD = new Set(['tag', 'channel', 'priority', 'waiting', 'due', 'subject', 'text', 'last'])

export const useViews = defineStore('views', () => {
  const live = useLive()
  const counts = reactive(new Map<string, number>())
  let most = 1000
  let timer = 0

  const sorted = (views: ListView[]): ListView[] => views.sort((one, other) => one.place - other.place || one.id - other.id)
  const shared = computed(() => sorted([...live.state.views.values()].filter((one) => one.shared)))
  const own = computed(() => sorted([...live.state.views.values()].filter((one) => !one.shared)))
  const counted = computed(() => ['mentions', 'at_risk', ...[...live.state.views.keys()].map((id) => `saved-${id}`)])

  /** How many, as it is shown: beyond what is counted, "999+". */
  function countOf(view: string): string | undefined {
    const found = counts.get(view)
    if (found === undefined) return undefined
    return found >= most ? `${most - 1}+` : String(found)
  }

  function treeOf(view: string) {
    return viewTree(view, live.state.views, live.settings.at_risk_minutes)
  }

  async function refresh(): Promise<void> {
    const cursor = live.state.cursor
    const answer = await api.counts().catch(() => null)
    if (!answer) return
    most = answer.most
    for (const [name, count] of Object.entries(answer.counts)) {
      counts.set(/^\d+$/.test(name) ? `saved-${name}` : name, count)
    }
    for (const view of counts.keys()) {
      const id = savedId(view)
      if (id !== null && !live.state.views.has(id)) counts.delete(view)
    }
    // Something happened while the counts were on their way.
    if (live.state.cursor !== cursor && live.state.changed.length) later()
  }

  function later(after = AGAIN_MS): void {
    if (timer) return
    timer = window.setTimeout(() => {
      timer = 0
      void refresh()
    }, after)
  }

  /** Subtract where it was, add where it is; what cannot be told is counted by the hub. */
  function follow(changed: Changed[]): void {
    const eyes = { me: live.state.meId, now: Date.now() }
    for (const view of counted.value) {
      const tree = treeOf(view)
      const count = counts.get(view)
      if (!tree || count === undefined) continue
      let sum = 0
      for (const { before, now, was } of changed) {
        const around = { client: live.state.clients.get(now.client_id), mentioned: live.state.mentions.has(now.id) }
        const isIn = holds(tree, { conversation: now, ...around }, eyes)
        let wasIn: boolean | null
        if (before) wasIn = holds(tree, { conversation: before, ...around }, eyes)
        else if (was?.state === null) wasIn = false
        else if (!was) wasIn = null
        else {
          const then = { ...now, state: was.state!, assignee_id: was.assignee_id, queue_id: was.queue_id ?? now.queue_id }
          wasIn = holds(tree, { conversation: then, ...around }, eyes, UNTOLD)
        }
        if (isIn === null || wasIn === null) later()
        else sum += Number(isIn) - Number(wasIn)
      }
      if (!sum) continue
      // Beyond the bound nobody knows how many there are.
      if (count >= most) later()
      else counts.set(view, Math.max(0, count + sum))
    }
  }

  live.onEvents((events) => {
    const isAside = events.some(({ kind }) => ASIDE.test(kind))
    if (isAside && counted.value.some((view) => isHubOnly(treeOf(view) ?? { match: 'all', of: [] }))) later()
    if (live.state.changed.length) follow(live.state.changed)
  })
  watch(
    [() => live.loads, () => live.state.mentions.size, () => [...live.state.views.values()]],
    () => live.isReady && later(50),
    { immediate: true },
  )
  window.setInterval(() => {
    const moves = counted.value.some((view) => {
      const tree = treeOf(view)
      return tree && isByClock(tree)
    })
    if (moves && live.isOnline && !document.hidden) void refresh()
  }, CLOCK_MS)

  return { shared, own, countOf, refresh }
})
