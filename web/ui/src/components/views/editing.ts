/** A filter as somebody puts it together: every part has a key of its own. Pure. */

import { isGroup, type Condition, type FilterValue, type Group, type Match, type Part } from '@/live/filters'

export interface EditedCondition {
  key: number
  field: string
  op: string
  name: string
  value: FilterValue | undefined
}

export interface EditedGroup {
  key: number
  match: Match
  of: EditedPart[]
}

export type EditedPart = EditedCondition | EditedGroup

/** What can be asked of each field, as the hub knows it. */
export const OPS: Record<string, string[]> = {
  state: ['in', 'not_in'],
  assignee: ['in', 'not_in'],
  queue: ['in', 'not_in'],
  tag: ['in', 'not_in'],
  channel: ['in', 'not_in'],
  priority: ['in', 'not_in'],
  waiting: ['over', 'none'],
  due: ['within', 'none'],
  mentioned: ['is'],
  subject: ['contains', 'not_contains'],
  text: ['contains', 'not_contains'],
  language: ['in', 'not_in'],
  promise: ['in', 'not_in'],
  task: ['within', 'none'],
  contact: ['within', 'none'],
  consent: ['in', 'not_in'],
  attribute: ['is', 'is_not', 'contains', 'set', 'not_set'],
  created: ['within', 'between'],
  last: ['within', 'between'],
}
export const FIELDS = Object.keys(OPS)

/** So many days are a usual span. */
const DAYS: Record<string, number> = { created: 7, last: 7, task: 1, contact: 1 }
/** What a list begins with. */
const FIRST: Record<string, string[]> = { state: ['open'], promise: ['open', 'late'], consent: ['refused'] }

let last = 0

export function newGroup(match: Match = 'all'): EditedGroup {
  return { key: (last += 1), match, of: [] }
}

export function newCondition(field = 'state'): EditedCondition {
  const one: EditedCondition = { key: (last += 1), field, op: '', name: '', value: undefined }
  setOp(one, OPS[field]![0]!)
  return one
}

/** Choose what is asked; the value becomes one that fits. */
export function setOp(one: EditedCondition, op: string): void {
  const before = kindOf(one.field, one.op)
  one.op = op
  const kind = kindOf(one.field, op)
  if (kind === before && one.value !== undefined) return
  if (kind === 'list') one.value = [...(FIRST[one.field] ?? [])]
  else if (kind === 'minutes') one.value = DAYS[one.field] ? DAYS[one.field]! * 24 * 60 : 30
  else if (kind === 'between') one.value = { from: null, to: null }
  else if (kind === 'yes') one.value = true
  else one.value = kind === 'text' ? '' : undefined
}

export type Kind = 'list' | 'minutes' | 'between' | 'yes' | 'text' | 'nothing'

export function kindOf(field: string, op: string): Kind {
  if (op === 'in' || op === 'not_in') return 'list'
  if (op === 'over' || op === 'within') return 'minutes'
  if (op === 'between') return 'between'
  if (field === 'mentioned') return 'yes'
  return op === 'none' || op === 'set' || op === 'not_set' || op === '' ? 'nothing' : 'text'
}

export function edit(part: Group): EditedGroup {
  return {
    key: (last += 1),
    match: part.match,
    of: part.of.map((one) =>
      isGroup(one)
        ? edit(one)
        : { key: (last += 1), field: one.field, op: one.op, name: one.name ?? '', value: structuredClone(one.value) },
    ),
  }
}

/** Give the filter; what is not filled in yet is left out. */
export function made(group: EditedGroup): Group {
  const of: Part[] = []
  for (const one of group.of) {
    if ('match' in one) of.push(made(one))
    else if (isFilled(one)) of.push(madeOne(one))
  }
  return { match: group.match, of }
}

export function isFilled(one: EditedCondition): boolean {
  if (one.field === 'attribute' && !one.name.trim()) return false
  const { value } = one
  switch (kindOf(one.field, one.op)) {
    case 'list':
      return Array.isArray(value) && value.length > 0
    case 'minutes':
      return typeof value === 'number' && Number.isInteger(value) && value >= 0
    case 'between': {
      const { from, to } = (value ?? {}) as { from?: string | null; to?: string | null }
      return Boolean(from || to) && !(from && to && from >= to)
    }
    case 'text':
      return typeof value === 'string' && value.trim() !== ''
    default:
      return true
  }
}

/** Tell whether all of it is filled in. */
export function isWhole(group: EditedGroup): boolean {
  return group.of.every((one) => ('match' in one ? isWhole(one) : isFilled(one)))
}

function madeOne(one: EditedCondition): Condition {
  const said: Condition = { field: one.field, op: one.op }
  if (one.field === 'attribute') said.name = one.name.trim()
  if (one.value !== undefined) said.value = one.value
  return said
}
