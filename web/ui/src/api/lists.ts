/** Views that are kept, their counts, and actions on many conversations. */

import type { Group } from '@/live/filters'
import type { Order } from '@/live/sorting'
import { call } from './http'

export interface ListView {
  id: number
  name: string
  icon: string
  shared: boolean
  account_id: number
  filter: Group
  sort: Order
  place: number
  deleted: boolean
}

export type ViewBody = Pick<ListView, 'name' | 'icon' | 'shared' | 'filter' | 'sort'>

export type Deed = 'resolve' | 'open' | 'snooze' | 'assign' | 'move' | 'prioritise' | 'tag' | 'untag'

export interface Bulk {
  id: number
  do: Deed
  state: 'running' | 'done' | 'undoing' | 'undone'
  total: number
  reached: number
  changed: number
  restored: number
  kept: number
  /** Why conversations were not changed, and how many each. */
  refused: Record<string, number>
  at: string
}

export interface BulkBody {
  do: Deed
  ids?: number[]
  all_of?: { view: string; state?: string; channel?: string; without?: number[] }
  assignee_id?: number | null
  queue_id?: number
  priority?: string
  tags?: string[]
  until?: string
}

export const views = {
  counts: () => call<{ counts: Record<string, number>; most: number }>('GET', '/views/counts'),
  preview: (filter: Group) =>
    call<{ count: number; most: number }>('POST', '/views/preview', { body: { filter } }),
  create: (body: ViewBody, key: string) => call<ListView>('POST', '/views', { body, key }),
  change: (id: number, body: ViewBody) => call<ListView>('PUT', `/views/${id}`, { body }),
  drop: (id: number) => call<void>('DELETE', `/views/${id}`),
  restore: (id: number) => call<ListView>('POST', `/views/${id}/restore`),
  reorder: (ids: number[]) => call<ListView[]>('PUT', '/views/order', { body: { ids } }),
}

export const bulk = {
  begin: (body: BulkBody, key: string) =>
    call<Bulk>('POST', '/conversations/bulk', { body, key }),
  show: (id: number) => call<Bulk>('GET', `/bulk/${id}`),
  undo: (id: number) => call<Bulk>('POST', `/bulk/${id}/undo`),
}
