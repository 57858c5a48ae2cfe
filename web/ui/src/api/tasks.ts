/** Tasks, promises, planned contacts and meetings, as the hub answers them. */

import { call, query } from './http'
import type { Item, Page } from './types'

export type TaskKind = 'task' | 'promise' | 'contact' | 'date'
export type TaskState = 'open' | 'late' | 'done' | 'cancelled'
export type TaskRepeat = 'none' | 'daily' | 'weekly' | 'monthly'
export type Deed = 'do' | 'send' | 'call'
export type Way = 'phone' | 'email' | 'sms' | 'meeting'

export interface Task {
  id: number
  kind: TaskKind
  state: TaskState
  title: string
  notes: string
  client_id: number | null
  client_name: string
  conversation_id: number | null
  item_id: number | null
  /** Where a promise stands on the timeline. */
  entry_id: number | null
  /** null: the team's. */
  assignee_id: number | null
  created_by: number | null
  priority: 'low' | 'normal' | 'high' | 'urgent'
  due_at: string | null
  all_day: boolean
  remind_at: string | null
  repeat: TaskRepeat
  deed: Deed
  channel: Way | null
  attribute: string
  created_at: string
  updated_at: string
  done_at: string | null
  done_by: number | null
}

export type TaskFields = Partial<
  Pick<
    Task,
    | 'kind'
    | 'title'
    | 'notes'
    | 'client_id'
    | 'conversation_id'
    | 'item_id'
    | 'assignee_id'
    | 'priority'
    | 'due_at'
    | 'remind_at'
    | 'repeat'
    | 'deed'
    | 'channel'
    | 'state'
  >
>

export interface Understood {
  title: string
  due_at: string | null
  priority: Task['priority']
}

export interface MeetingFields {
  at: string
  said: string
  place?: string
  people?: number[]
  conversation_id?: number
}

export const tasks = {
  list: (wanted: { view?: 'mine' | 'unassigned' | 'team'; state?: string; cursor?: string | null; limit?: number }) =>
    call<Page<Task>>('GET', `/tasks${query(wanted)}`),
  ofClient: (id: number, state?: string) => call<Page<Task>>('GET', `/clients/${id}/tasks${query({ state })}`),
  understood: (text: string) => call<Understood>('GET', `/tasks/understood${query({ text })}`),
  create: (body: TaskFields, key: string) => call<Task>('POST', '/tasks', { body, key }),
  change: (id: number, body: TaskFields) => call<Task>('PATCH', `/tasks/${id}`, { body }),
  meeting: (clientId: number, body: MeetingFields, key: string) =>
    call<Item>('POST', `/clients/${clientId}/meetings`, { body, key }),
}

export const calendar = {
  get: () => call<{ since: string | null }>('GET', '/me/calendar'),
  renew: () => call<{ url: string }>('POST', '/me/calendar'),
  end: () => call<void>('DELETE', '/me/calendar'),
}
