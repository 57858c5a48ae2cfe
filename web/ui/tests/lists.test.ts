import { describe, expect, it } from 'vitest'
import type { Conversation, ListView } from '@/api/types'
import { edit, isWhole, made, newCondition, newGroup } from '@/components/views/editing'
import { holds, isHubOnly, precise, type Group } from '@/live/filters'
import { joinAbove, joinBelow, KEPT_PAGES, newListing, place, remove, startAbove, type Row } from '@/live/listing'
import { listOf, sensibleOrder, treeOf } from '@/live/lists'
import { compareKeys, keyOf } from '@/live/sorting'
import cases from '../../../tests/hub/filter_cases.json'

interface Case {
  says: string
  filter: Group
  conversation: Conversation
  client: { locale: string | null; attributes: Record<string, unknown> }
  mentioned: boolean
  holds: boolean
  /** The screen cannot tell. */
  hub_only?: boolean
}

const TABLE = cases as unknown as { me: number; now: string; cases: Case[] }
const EYES = { me: TABLE.me, now: Date.parse(TABLE.now) }

describe('a filter finds what the hub finds', () => {
  it.each(TABLE.cases)('$says', ({ filter, conversation, client, mentioned, holds: expected, hub_only }) => {
    expect(holds(filter, { conversation, client, mentioned }, EYES)).toBe(hub_only ? null : expected)
    expect(isHubOnly(filter)).toBe(hub_only ?? false)
  })
})

describe('a filter of what is not wholly known', () => {
  const one = TABLE.cases[0]!.conversation
  const seen = { conversation: one, mentioned: false }
  const open = { field: 'state', op: 'in', value: ['open'] }
  const language = { field: 'language', op: 'in', value: ['uk'] }

  it('is open only where that decides', () => {
    const done = { ...open, value: ['resolved'] }
    const asked = (match: Group['match'], ...of: Group['of']) => holds({ match, of }, seen, EYES)

    expect(asked('all', open, language)).toBeNull()
    expect(asked('all', done, language)).toBe(false)
    expect(asked('any', open, language)).toBe(true)
    expect(asked('any', done, language)).toBeNull()
    expect(asked('none', open, language)).toBe(false)
    expect(holds({ match: 'all', of: [open] }, seen, EYES, new Set(['state']))).toBeNull()
  })

  it('tells times to the millionth', () => {
    expect(precise('2026-05-14T09:00:00.000123Z')).toBeGreaterThan(precise('2026-05-14T09:00:00.000122Z'))
    expect(precise('2026-05-14T09:00:00Z')).toBe(Date.parse('2026-05-14T09:00:00Z'))
  })
})

describe('lists', () => {
  const one = (id: number, more: Partial<Conversation> = {}): Conversation => ({ ...TABLE.cases[0]!.conversation, id, respond_by: null, waiting_since: null, ...more })

  it('put what is due before what waits, and that before the rest', () => {
    const rows = [
      one(1),
      one(2, { waiting_since: '2026-05-14T08:00:00Z' }),
      one(3, { respond_by: '2026-05-14T12:00:00Z' }),
      one(4, { respond_by: '2026-05-14T11:00:00Z' }),
    ]
    rows.sort((a, b) => compareKeys(keyOf('urgency', a), keyOf('urgency', b)))
    expect(rows.map((row) => row.id)).toEqual([4, 3, 2, 1])
  })

  it('are what their view says, and less of it', () => {
    const views = new Map([[3, { id: 3, filter: { match: 'all', of: [] } } as unknown as ListView]])
    const inside = (view: string, row: Conversation, state?: string, channel?: string) => {
      const tree = treeOf(listOf(view, state, channel), views, 30)
      return tree && holds(tree, { conversation: row, mentioned: true }, EYES)
    }
    const mine = one(1, { assignee_id: TABLE.me, queue_id: 4, channel: 'sms' })

    expect([inside('mine', mine), inside('unassigned', mine), inside('queue-4', mine), inside('queue-5', mine)]).toEqual([true, false, true, false])
    expect([inside('mine', mine, 'resolved'), inside('mine', mine, undefined, 'email')]).toEqual([false, false])
    expect([inside('mentions', mine), inside('saved-3', mine), inside('saved-4', mine)]).toEqual([true, true, null])
  })

  it('of what is done are never by urgency', () => {
    const tree = (state: string) => treeOf(listOf('all', state), new Map(), 30)!
    expect([sensibleOrder('urgency', tree('open')), sensibleOrder('urgency', tree('resolved')), sensibleOrder('urgency', { match: 'any', of: [] })]).toEqual([
      'urgency', 'newest', 'newest',
    ])
  })
})

describe('a long list', () => {
  const row = (n: number): Row => ({ id: n + 1, key: [0, n, n + 1] })
  const page = (from: number, many = 100) => Array.from({ length: many }, (_, n) => row(from + n))

  it('of 100 thousand rows keeps a few pages, and every row its place, both ways', () => {
    const list = newListing()
    for (let at = 0; at < 100_000; at += 100) joinBelow(list, page(at), at ? `p${at}` : null, at + 100 < 100_000 ? `p${at + 100}` : null)

    expect(list.rows.length).toBeLessThanOrEqual(KEPT_PAGES * 100)
    expect(list.dropped + list.rows.length).toBe(100_000)
    expect(list.rows.at(-1)!.id).toBe(100_000)

    let steps = 0
    for (let start = startAbove(list); start !== undefined; start = startAbove(list)) {
      joinAbove(list, page(start === null ? 0 : Number(start.slice(1))))
      steps += 1
    }
    expect(list.dropped).toBe(0)
    expect(list.rows[0]!.id).toBe(1)
    expect(steps).toBe(1000 - KEPT_PAGES)
    expect(list.next).toBe(`p${KEPT_PAGES * 100}`)
    expect(list.rows.length).toBe(KEPT_PAGES * 100)
  })

  it('lets in what belongs among what was read, and leaves the rest to its page', () => {
    const list = newListing()
    joinBelow(list, page(0, 10), null, 'p10')

    expect(place(list, { id: 900, key: [0, 4.5, 900] })).toBe(true)
    expect(list.rows[5]!.id).toBe(900)
    expect(place(list, { id: 901, key: [0, 50, 901] })).toBe(false)
    expect(place(list, { id: 900, key: [0, -1, 900] })).toBe(true)
    expect(list.rows[0]!.id).toBe(900)
    expect(place(list, { id: 900, key: [0, -1, 900] })).toBe(false)
    expect(remove(list, 900)).toBe(true)
    expect(remove(list, 900)).toBe(false)
    expect(list.rows.map((one) => one.id)).toEqual(page(0, 10).map((one) => one.id))
  })

  it('does not show what it knows of below its first page before that was read', () => {
    const list = newListing()
    place(list, { id: 70, key: [0, 69, 70] })
    joinBelow(list, page(0, 10), null, 'p10')

    expect(list.rows.at(-1)!.id).toBe(10)
  })
})

describe('a filter that is put together', () => {
  it('is what it was, and leaves out what is not filled in', () => {
    for (const { filter } of TABLE.cases) expect(made(edit(filter))).toEqual(filter)

    const group = newGroup('any')
    group.of.push(newCondition('state'), newCondition('subject'))
    expect(made(group)).toEqual({ match: 'any', of: [{ field: 'state', op: 'in', value: ['open'] }] })
    expect(isWhole(group)).toBe(false)
  })
})
