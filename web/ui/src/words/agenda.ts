/** What is to be done, put together by when it is due. */

import type { Task } from '@/api/tasks'

export const GROUPS = ['overdue', 'today', 'week', 'later', 'done'] as const
export type Group = (typeof GROUPS)[number]

/** Days that "this week" reaches ahead of today. */
const WEEK = 7

export function isStanding(task: Task): boolean {
  return task.state === 'open' || task.state === 'late'
}

/** Under which heading a task stands; null: under none. */
export function groupOf(task: Task, now: number): Group | null {
  if (task.state === 'done') return 'done'
  if (!isStanding(task)) return null
  if (task.due_at === null) return 'later'
  const due = Date.parse(task.due_at)
  const tonight = startOfDay(now, 1)
  if (task.state === 'late' || (due <= now && !task.all_day)) return 'overdue'
  if (due < tonight) return 'today'
  return due < startOfDay(now, WEEK) ? 'week' : 'later'
}

/** The first due first; what has no time last; then as they were made. */
export function byTime(one: Task, other: Task): number {
  if (one.state === 'done' && other.state === 'done') return (other.done_at ?? '').localeCompare(one.done_at ?? '')
  const due = (task: Task): number => (task.due_at === null ? Infinity : Date.parse(task.due_at))
  const [here, there] = [due(one), due(other)]
  return here === there ? one.id - other.id : here - there
}

export function grouped(all: Iterable<Task>, now: number): { group: Group; tasks: Task[] }[] {
  const found = new Map<Group, Task[]>()
  for (const task of all) {
    const group = groupOf(task, now)
    if (group) found.set(group, [...(found.get(group) ?? []), task])
  }
  return GROUPS.flatMap((group) => {
    const rows = found.get(group)
    return rows ? [{ group, tasks: rows.sort(byTime) }] : []
  })
}

/** The local midnight so many days from today, whatever clocks do in between. */
function startOfDay(now: number, ahead: number): number {
  const day = new Date(now)
  return new Date(day.getFullYear(), day.getMonth(), day.getDate() + ahead).getTime()
}
