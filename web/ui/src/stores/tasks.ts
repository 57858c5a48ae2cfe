/** What is to be done: change it, and say so when the hub refuses. */

import { defineStore } from 'pinia'
import { computed, ref } from 'vue'
import { useI18n } from 'vue-i18n'
import { tasks as api, type Task, type TaskFields } from '@/api/tasks'
import { Refusal, Unreachable } from '@/api/http'
import { changedSince } from '@/live/reducer'
import { isStanding } from '@/words/agenda'
import { useNow } from './clock'
import { useLive } from './live'
import { useToasts } from './toasts'

/** What the dialog begins with: a new one, or one that is there. */
export interface TaskWish {
  task?: Task
  kind: 'task' | 'promise' | 'contact' | 'meeting'
  clientId?: number
  clientName?: string
  conversationId?: number
  itemId?: number
  title?: string
}

export const useTasks = defineStore('tasks', () => {
  const { t } = useI18n()
  const live = useLive()
  const toasts = useToasts()
  const now = useNow()
  /** The dialog that is open. */
  const wish = ref<TaskWish | null>(null)

  const all = computed(() => [...live.state.tasks.values()])
  /** One's own whose time has come, for the rail. */
  const pressing = computed(
    () =>
      all.value.filter(
        (one) =>
          one.assignee_id === live.state.meId &&
          isStanding(one) &&
          (one.state === 'late' || (one.due_at !== null && Date.parse(one.due_at) <= now.value)),
      ).length,
  )

  function see(one: Task, cursor: number): void {
    if (!changedSince(live.state, `task:${one.id}`, cursor)) live.state.tasks.set(one.id, one)
  }

  async function load(asked: () => Promise<{ items: Task[]; next: string | null }>): Promise<string | null> {
    const cursor = live.state.cursor
    const page = await asked()
    for (const one of page.items) see(one, cursor)
    return page.next
  }

  async function change(one: Task, fields: TaskFields): Promise<boolean> {
    const cursor = live.state.cursor
    try {
      see(await api.change(one.id, fields), cursor)
      return true
    } catch (error) {
      toasts.show(t(error instanceof Unreachable ? 'talk.notChangedOffline' : 'tasks.notChanged'), { tone: 'over' })
      return false
    }
  }

  /** Done, with a way back for as long as the toast stands. */
  async function settle(one: Task, state: 'done' | 'cancelled' = 'done'): Promise<void> {
    if (!(await change(one, { state }))) return
    const said = state === 'done' && one.kind === 'promise' ? 'kept' : state
    toasts.show(t(`tasks.said.${said}`, { title: one.title }), {
      action: { label: t('act.undo'), run: () => void change(one, { state: 'open' }) },
    })
  }

  async function make(fields: TaskFields, key: string): Promise<Task | null> {
    const cursor = live.state.cursor
    try {
      const made = await api.create(fields, key)
      see(made, cursor)
      return made
    } catch (error) {
      if (error instanceof Refusal && error.status === 422) throw error
      toasts.show(t(error instanceof Unreachable ? 'talk.notChangedOffline' : 'tasks.notMade'), { tone: 'over' })
      return null
    }
  }

  return { wish, all, pressing, see, load, change, settle, make }
})
