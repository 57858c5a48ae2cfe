/**
 * Does a filter hold for a conversation? Pure; the hub says the same of its tables
 * (`hub/lists/filters.py`), held to one table of cases.
 *
 * The screen does not know everything: the answer may be null, and then the hub is asked.
 */

import type { Conversation } from '@/api/types'

export type Match = 'all' | 'any' | 'none'
export type FilterValue = (string | number)[] | string | number | boolean | { from?: string | null; to?: string | null }

export interface Condition {
  field: string
  op: string
  name?: string
  value?: FilterValue
}

export interface Group {
  match: Match
  of: Part[]
}

export type Part = Condition | Group

export interface Seen {
  conversation: Conversation
  /** Undefined: the screen does not know him. */
  client?: { locale: string | null; attributes: Record<string, unknown> }
  mentioned: boolean
}

export interface Eyes {
  me: number
  now: number
}

const MINUTE = 60_000
/** Of these the screen knows a part at most: the hub is asked. */
const HUB_ONLY = new Set(['promise', 'task', 'contact', 'consent'])

export function isGroup(part: Part): part is Group {
  return 'match' in part
}

/** Tell whether it holds; null: it depends on what is not known (`unknown` fields, too). */
export function holds(part: Part, seen: Seen, eyes: Eyes, unknown?: ReadonlySet<string>): boolean | null {
  if (!isGroup(part)) return unknown?.has(part.field) ? null : one(part, seen, eyes)
  // "None" is "any" turned round; one that decides is enough, whatever the others say.
  const deciding = part.match !== 'all'
  let isOpen = false
  for (const each of part.of) {
    const found = holds(each, seen, eyes, unknown)
    if (found === deciding) return part.match === 'any'
    if (found === null) isOpen = true
  }
  return isOpen ? null : part.match !== 'any'
}

/** Give all conditions, wherever they stand. */
export function conditionsOf(part: Part): Condition[] {
  return isGroup(part) ? part.of.flatMap(conditionsOf) : [part]
}

/** Tell whether time alone brings conversations in or out. */
export function isByClock(part: Part): boolean {
  return conditionsOf(part).some((each) => each.op === 'within' || each.op === 'over')
}

/** Tell whether only the hub can judge a part of it. */
export function isHubOnly(part: Part): boolean {
  return conditionsOf(part).some((each) => HUB_ONLY.has(each.field))
}

function one(asked: Condition, seen: Seen, eyes: Eyes): boolean | null {
  const it = seen.conversation
  if (HUB_ONLY.has(asked.field)) return null
  if (asked.op === 'in' || asked.op === 'not_in') {
    const found = isAmong(asked, seen, eyes)
    return found === null ? null : found === (asked.op === 'in')
  }
  switch (asked.field) {
    case 'waiting':
    case 'due': {
      const at = asked.field === 'waiting' ? it.waiting_since : it.respond_by
      if (asked.op === 'none' || at === null) return asked.op === 'none' && at === null
      const span = Number(asked.value) * MINUTE
      return precise(at) <= (asked.op === 'over' ? eyes.now - span : eyes.now + span)
    }
    case 'created':
      return within(asked, it.created_at, eyes)
    case 'last':
      return within(asked, it.last_at, eyes)
    case 'mentioned':
      return seen.mentioned === asked.value
    case 'attribute':
      return seen.client ? attribute(asked, seen.client.attributes) : null
    default: {
      const text = asked.field === 'subject' ? it.subject : `${it.subject}\n${it.snippet}\n${it.client_name}`
      return includes(text, String(asked.value)) === (asked.op === 'contains')
    }
  }
}

function isAmong(asked: Condition, seen: Seen, eyes: Eyes): boolean | null {
  const it = seen.conversation
  const values = Array.isArray(asked.value) ? asked.value : []
  switch (asked.field) {
    case 'assignee':
      if (it.assignee_id === null) return values.includes('nobody')
      return values.includes(it.assignee_id) || (values.includes('me') && it.assignee_id === eyes.me)
    case 'tag':
      return it.tags.some((tag) => values.includes(tag))
    case 'language':
      return seen.client ? seen.client.locale !== null && values.includes(seen.client.locale) : null
    case 'queue':
      return values.includes(it.queue_id)
    default:
      return values.includes(it[asked.field as 'state' | 'channel' | 'priority'])
  }
}

function within(asked: Condition, at: string, eyes: Eyes): boolean {
  const time = precise(at)
  if (typeof asked.value === 'number') return time >= eyes.now - asked.value * MINUTE
  const { from, to } = asked.value as { from?: string | null; to?: string | null }
  return (!from || time >= precise(from)) && (!to || time < precise(to))
}

function attribute(asked: Condition, attributes: Record<string, unknown>): boolean {
  const value = attributes[asked.name ?? '']
  const found = ['string', 'number', 'boolean'].includes(typeof value) ? String(value) : ''
  if (asked.op === 'set' || asked.op === 'not_set') return (found !== '') === (asked.op === 'set')
  if (asked.op === 'contains') return includes(found, String(asked.value))
  return (found === asked.value) === (asked.op === 'is')
}

function includes(text: string, part: string): boolean {
  return text.toLowerCase().includes(part.toLowerCase())
}

/** A time in milliseconds, with the millionths that `Date` leaves out. */
export function precise(at: string): number {
  const finer = /\.\d{3}(\d{1,3})/.exec(at)
  return Date.parse(at) + (finer ? Number(finer[1]!.padEnd(3, '0')) / 1000 : 0)
}
