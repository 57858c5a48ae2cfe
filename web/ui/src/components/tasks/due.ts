/** When a task is due, in words that follow the clock. */

import { computed } from 'vue'
import { useI18n } from 'vue-i18n'
import type { Task } from '@/api/tasks'
import { useNow } from '@/stores/clock'
import { useTimes } from '@/words/times'

type Due = Pick<Task, 'due_at' | 'state' | 'all_day' | 'kind' | 'done_at'>

export function useDue(task: () => Due) {
  const { t } = useI18n()
  const now = useNow()
  const times = useTimes()

  const isPast = computed(() => {
    const { due_at, all_day } = task()
    return due_at !== null && !all_day && Date.parse(due_at) <= now.value
  })
  const isLate = computed(() => task().state === 'late' || (task().state === 'open' && task().kind === 'promise' && isPast.value))
  const due = computed(() => {
    const { due_at, state, all_day, done_at, kind } = task()
    if (state === 'done') return t(kind === 'promise' ? 'tasks.keptAt' : 'tasks.doneAt', { at: done_at ? times.soon(done_at) : '' })
    if (state === 'cancelled') return t('tasks.cancelled')
    if (due_at === null) return t('tasks.noTime')
    const at = all_day ? times.when(due_at) : times.soon(due_at)
    if (all_day && times.isToday(due_at)) return t('tasks.today')
    return isLate.value ? t('tasks.wasDue', { at }) : at
  })
  return { due, isLate }
}
