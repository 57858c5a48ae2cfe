/** Which conversations a list holds, as a filter. Pure. */

import type { ConversationState, ListView } from '@/api/types'
import { conditionsOf, type Condition, type Group } from './filters'
import type { Order } from './sorting'

export type { Order } from './sorting'

/** A view, and less of it. */
export interface ListFilter {
  /** `mine`, `queue-7`, `saved-12`, and so on. */
  view: string
  state?: ConversationState
  channel?: string
}

const STATES: ConversationState[] = ['open', 'pending', 'snoozed', 'resolved']
/** They say themselves which states they hold. */
const WHOLE = /^(snoozed|mentions|at_risk|saved-\d+)$/

/** A view's name in the address, as a list. */
export function listOf(view: string, state?: string, channel?: string): ListFilter {
  const wanted = STATES.find((one) => one === state)
  const found: ListFilter = { view }
  if (wanted) found.state = wanted
  else if (!WHOLE.test(view)) found.state = 'open'
  if (channel) found.channel = channel
  return found
}

export function savedId(view: string): number | null {
  const found = /^saved-(\d+)$/.exec(view)
  return found ? Number(found[1]) : null
}

/** The view's name as the hub knows it. */
export function hubView(view: string): string {
  const id = savedId(view)
  return id === null ? view : String(id)
}

/** The filter of a list; null: there is no such view (any more). */
export function treeOf(list: ListFilter, views: ReadonlyMap<number, ListView>, atRisk: number): Group | null {
  const base = viewTree(list.view, views, atRisk)
  if (!base) return null
  const more: Condition[] = []
  if (list.state) more.push({ field: 'state', op: 'in', value: [list.state] })
  if (list.channel) more.push({ field: 'channel', op: 'in', value: [list.channel] })
  return more.length ? { match: 'all', of: [base, ...more] } : base
}

export function viewTree(view: string, views: ReadonlyMap<number, ListView>, atRisk: number): Group | null {
  const id = savedId(view)
  if (id !== null) return views.get(id)?.filter ?? null
  const queue = /^queue-(\d+)$/.exec(view)
  if (queue) return all({ field: 'queue', op: 'in', value: [Number(queue[1])] })
  switch (view) {
    case 'mine':
      return all({ field: 'assignee', op: 'in', value: ['me'] })
    case 'unassigned':
      return all({ field: 'assignee', op: 'in', value: ['nobody'] })
    case 'mentions':
      return all({ field: 'mentioned', op: 'is', value: true }, { field: 'state', op: 'not_in', value: ['resolved'] })
    case 'at_risk':
      return all({ field: 'state', op: 'in', value: ['open'] }, { field: 'due', op: 'within', value: atRisk })
    case 'snoozed':
      return all({ field: 'state', op: 'in', value: ['snoozed'] })
    case 'all':
      return all()
    default:
      return null
  }
}

/** How a list is sorted unless somebody chose otherwise. */
export function usualOrder(list: ListFilter, views: ReadonlyMap<number, ListView>): Order {
  const id = savedId(list.view)
  if (id !== null) return views.get(id)?.sort ?? 'urgency'
  return list.state === 'resolved' ? 'newest' : 'urgency'
}

/** Nothing is urgent among what is done: the hub sorts such lists by time. */
export function sensibleOrder(order: Order, tree: Group): Order {
  if (order !== 'urgency') return order
  return holdsResolved(tree) ? 'newest' : order
}

function holdsResolved(tree: Group): boolean {
  if (tree.match !== 'all') return true
  return tree.of.every((part) => {
    if ('match' in part) return holdsResolved(part)
    if (part.field !== 'state' || !Array.isArray(part.value)) return true
    return part.value.includes('resolved') === (part.op === 'in')
  })
}

export function needsClient(tree: Group): boolean {
  return conditionsOf(tree).some((one) => one.field === 'language' || one.field === 'attribute')
}

function all(...of: Condition[]): Group {
  return { match: 'all', of }
}

export function listKey(list: ListFilter, order: Order): string {
  return [list.view, list.state ?? '', list.channel ?? '', order].join('|')
}
