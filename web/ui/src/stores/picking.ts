/** Conversations that were chosen in a list, and what is done to all of them. */

import { defineStore } from 'pinia'
import { computed, ref, shallowRef, watch } from 'vue'
import { bulk as api, type Bulk, type BulkBody } from '@/api/lists'
import { Refusal } from '@/api/http'
import { hubView, type ListFilter } from '@/live/lists'
import { useLive } from './live'

/** What the hub says at once, it may refuse by a key of the texts. */
export type Problem = 'tooMany' | 'failed' | ''

export const usePicking = defineStore('picking', () => {
  const live = useLive()
  const picked = shallowRef<ReadonlySet<number>>(new Set())
  /** All of the list, also what is not loaded; `picked` are those taken out again. */
  const isAll = ref(false)
  const filter = shallowRef<ListFilter | null>(null)
  /** Where a range begins. */
  const from = ref<number | null>(null)
  const problem = ref<Problem>('')
  /** The action whose end is shown until it is put away. */
  const shown = ref<number | null>(null)

  const isPicking = computed(() => isAll.value || picked.value.size > 0)
  const action = computed<Bulk | null>(() =>
    live.state.bulk && live.state.bulk.id === shown.value ? live.state.bulk : null,
  )

  /** Begin anew for another list. */
  function enter(list: ListFilter): void {
    if (JSON.stringify(filter.value) === JSON.stringify(list)) return
    filter.value = list
    clear()
  }

  function isPicked(id: number): boolean {
    return isAll.value !== picked.value.has(id)
  }

  function toggle(id: number): void {
    const next = new Set(picked.value)
    if (!next.delete(id)) next.add(id)
    picked.value = next
    from.value = id
  }

  /** Choose what stands between the last one and this one. */
  function range(ids: number[], to: number): void {
    const start = from.value === null ? -1 : ids.indexOf(from.value)
    const end = ids.indexOf(to)
    if (isAll.value || start < 0 || end < 0) return toggle(to)
    const between = ids.slice(Math.min(start, end), Math.max(start, end) + 1)
    picked.value = new Set([...picked.value, ...between])
    from.value = to
  }

  function all(): void {
    isAll.value = true
    picked.value = new Set()
  }

  function clear(): void {
    picked.value = new Set()
    isAll.value = false
    from.value = null
    problem.value = ''
  }

  async function act(what: Omit<BulkBody, 'ids' | 'all_of'>): Promise<void> {
    if (!isPicking.value || !filter.value) return
    const { view, state, channel } = filter.value
    const which = isAll.value
      ? { all_of: { view: hubView(view), state, channel, without: [...picked.value] } }
      : { ids: [...picked.value] }
    problem.value = ''
    try {
      see(await api.begin({ ...what, ...which }, crypto.randomUUID()))
      clear()
    } catch (error) {
      problem.value = error instanceof Refusal && error.details.most ? 'tooMany' : 'failed'
    }
  }

  async function undo(): Promise<void> {
    if (shown.value === null) return
    try {
      see(await api.undo(shown.value))
    } catch {
      problem.value = 'failed'
    }
  }

  /** The log may already be further than the answer. */
  function see(now: Bulk): void {
    const known = live.state.bulk
    shown.value = now.id
    const isLater = known?.id === now.id && ORDER[known.state] > ORDER[now.state]
    const isFurther = known?.id === now.id && known.state === now.state && known.reached + known.restored + known.kept > now.reached + now.restored + now.kept
    if (!isLater && !isFurther) live.state.bulk = now
  }

  // A screen that was loaded afresh goes on to show what is under way.
  watch(
    () => live.loads,
    () => {
      if (live.state.bulk && shown.value === null) shown.value = live.state.bulk.id
    },
    { immediate: true },
  )

  return {
    picked, isAll, isPicking, problem, action,
    enter, isPicked, toggle, range, all, clear, act, undo,
    put: () => (shown.value = null),
  }
})

const ORDER = { running: 0, done: 1, undoing: 2, undone: 3 } as const
