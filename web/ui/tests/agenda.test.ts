import { expect, test } from 'vitest'
import type { Task } from '@/api/tasks'
import { byTime, groupOf, grouped } from '@/words/agenda'

const NOW = new Date(2026, 4, 14, 12).getTime()

function task(about: Partial<Task>): Task {
  return {
    id: 1,
    kind: 'task',
    state: 'open',
    title: 'Call back',
    notes: '',
    client_id: null,
    client_name: '',
    conversation_id: null,
    item_id: null,
    entry_id: null,
    assignee_id: 1,
    created_by: 1,
    priority: 'normal',
    due_at: null,
    all_day: false,
    remind_at: null,
    repeat: 'none',
    deed: 'do',
    channel: null,
    attribute: '',
    created_at: '',
    updated_at: '',
    done_at: null,
    done_by: null,
    ...about,
  }
}
const at = (days: number, hour: number): string => new Date(2026, 4, 14 + days, hour).toISOString()

test.each([
  [{ due_at: at(0, 11) }, 'overdue'],
  [{ due_at: at(0, 12) }, 'overdue'],
  [{ due_at: at(0, 23) }, 'today'],
  [{ due_at: at(1, 0) }, 'week'],
  [{ due_at: at(6, 23) }, 'week'],
  [{ due_at: at(7, 0) }, 'later'],
  [{ due_at: null }, 'later'],
  [{ due_at: at(0, 9), all_day: true }, 'today'],
  [{ due_at: at(-1, 9), all_day: true, state: 'late' }, 'overdue'],
  [{ due_at: at(0, 13), state: 'done' }, 'done'],
  [{ due_at: at(0, 13), state: 'cancelled' }, null],
] as [Partial<Task>, string | null][])('%o stands under %s', (about, group) => {
  expect(groupOf(task(about), NOW)).toBe(group)
})

test('groups come in their order, each by time, what has none at its end', () => {
  const all = [
    task({ id: 1 }),
    task({ id: 2, due_at: at(9, 9) }),
    task({ id: 3, due_at: at(0, 15) }),
    task({ id: 4, due_at: at(0, 14) }),
    task({ id: 5, due_at: at(-1, 9) }),
  ]

  const found = grouped(all, NOW).map((one) => [one.group, one.tasks.map((each) => each.id)])

  expect(found).toEqual([
    ['overdue', [5]],
    ['today', [4, 3]],
    ['later', [2, 1]],
  ])
})

test('two without a time stand as they were made', () => {
  expect([task({ id: 9 }), task({ id: 2 })].sort(byTime).map((one) => one.id)).toEqual([2, 9])
})
