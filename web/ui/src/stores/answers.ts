/** The ready answers and macros that this agent may take, kept true by the log. */

import { defineStore } from 'pinia'
import { ref } from 'vue'
import { canned as cannedApi, macros as macrosApi, type Canned, type Macro } from '@/api/answers'
import type { HubEvent } from '@/api/types'
import { useLive } from './live'
import { useSession } from './session'

const KINDS = ['canned.changed', 'canned.dropped', 'macro.changed', 'macro.dropped']

export const useAnswers = defineStore('answers', () => {
  const live = useLive()
  const session = useSession()
  const canned = ref<Canned[]>([])
  const macros = ref<Macro[]>([])
  const isLoaded = ref(false)
  let asked: Promise<void> | null = null

  /** Read them once; later on they follow the log. */
  function load(): Promise<void> {
    if (!session.can('reply')) return Promise.resolve()
    asked ??= Promise.all([cannedApi.list(), macrosApi.list()]).then(
      ([answers, several]) => {
        canned.value = answers
        macros.value = several
        isLoaded.value = true
      },
      () => {
        // Not reached: the next one who needs them asks again.
        asked = null
      },
    )
    return asked
  }

  function put<T extends { id: number }>(rows: T[], one: T): T[] {
    const known = rows.some((row) => row.id === one.id)
    return known ? rows.map((row) => (row.id === one.id ? { ...row, ...one } : row)) : [...rows, one]
  }

  function heard(events: HubEvent[]): void {
    for (const event of events) {
      if (!isLoaded.value || !KINDS.includes(event.kind)) continue
      const { canned: answer, macro } = event.state as { canned?: Canned; macro?: Macro }
      if (answer) {
        const mine = canned.value.find((row) => row.id === answer.id)?.used_by_me ?? 0
        canned.value = put(canned.value, { ...answer, used_by_me: mine })
      }
      if (macro) macros.value = put(macros.value, macro)
      if (event.kind === 'canned.dropped') canned.value = canned.value.filter((row) => row.id !== event.data.answer_id)
      if (event.kind === 'macro.dropped') macros.value = macros.value.filter((row) => row.id !== event.data.macro_id)
    }
  }

  /** It was taken: next time it stands higher. */
  function took(id: number): void {
    canned.value = canned.value
      .map((one) => (one.id === id ? { ...one, used: one.used + 1, used_by_me: one.used_by_me + 1 } : one))
      .sort((a, b) => b.used_by_me - a.used_by_me || b.used - a.used || a.title.localeCompare(b.title))
    void cannedApi.used(id).catch(() => undefined)
  }

  live.onEvents(heard)

  return { canned, macros, isLoaded, load, took }
})
