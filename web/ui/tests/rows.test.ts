import { describe, expect, it } from 'vitest'
import type { Conversation, Item } from '@/api/types'
import { keepSame, linesOf } from '@/live/rows'
import { followed, newerStretch, newestStretch, olderStretch } from '@/components/timeline/stretch'
import { matters, newWriting, obstacle } from '@/live/writing'

function entry(id: number, kind: Item['kind'], at = '2026-05-14T10:00:00'): Item {
  return { id, kind, at, conversation_id: 1, direction: 'in', author: { kind: 'client', id: 1, name: '' } } as Item
}

describe('lines of the timeline', () => {
  it('fold changes in a row and stop at a day, a message and the divider', () => {
    const items = [
      entry(1, 'change'),
      entry(2, 'change'),
      entry(3, 'message'),
      entry(4, 'change'),
      entry(5, 'change', '2026-05-15T09:00:00'),
      entry(6, 'change', '2026-05-15T09:01:00'),
    ]
    const lines = linesOf(items, 6, 1)

    expect(lines.map((line) => (line.kind === 'changes' ? line.items.length : line.kind))).toEqual([
      'day', 2, 'item', 1, 'day', 1, 'new', 1,
    ])
  })
})

describe('lines that stay as they were', () => {
  it('are the same objects, so that they are not drawn again', () => {
    const items = [entry(1, 'message'), entry(2, 'change'), entry(3, 'change')]
    const before = linesOf(items, null, 0)
    const changed = { ...items[0]!, text: 'new' }
    const after = keepSame(linesOf([changed, items[1]!, items[2]!, entry(4, 'message')], null, 0), before)

    expect(after.map((line) => before.includes(line))).toEqual([true, false, true, false])
  })
})

describe('the stretch that is drawn', () => {
  it('goes up and down without losing its hold and stays small', () => {
    let now = newestStretch(10_000)
    expect(now).toEqual({ from: 9940, to: 10_000 })
    for (let step = 0; step < 50; step += 1) now = olderStretch(now)
    expect(now.to - now.from).toBe(160)
    for (let step = 0; step < 200; step += 1) now = newerStretch(now, 10_000)
    expect(now.to).toBe(10_000)
  })

  it('follows its entries when older ones join before them', () => {
    expect(followed({ from: 0, to: 60 }, 60, 119, 120, false, false)).toEqual({ from: 60, to: 120 })
  })

  it('goes on reaching the end when something is said', () => {
    expect(followed({ from: 0, to: 10 }, 0, 9, 11, true, true)).toEqual({ from: 0, to: 11 })
    expect(followed({ from: 0, to: 10 }, 0, 9, 11, false, false)).toEqual({ from: 0, to: 10 })
  })
})

describe('writing', () => {
  it('is not sent without a text, a channel, or while a file is on its way', () => {
    const writing = newWriting(1)
    const conversation = { id: 1 } as Conversation
    expect(obstacle(writing, conversation)).toBe('empty')
    writing.reply = 'Hello'
    expect(obstacle(writing, conversation)).toBe('channel')
    Object.assign(writing, { channel: 'sms', addressId: 2 })
    expect(obstacle(writing, conversation)).toBeNull()
    writing.uploads.push({ key: 1, name: 'a', share: 0, failed: false, done: null, stop: () => undefined })
    expect(obstacle(writing, conversation)).toBe('uploading')
  })

  it('is disturbed by the client and by colleagues, not by oneself or the hub', () => {
    const said = (more: Partial<Item>) => matters({ ...entry(1, 'message'), ...more } as Item, 1, 7)
    const by = (id: number) => ({ direction: 'out' as const, author: { kind: 'agent', id, name: '' } })
    expect([said({}), said(by(8)), said(by(7)), said({ kind: 'change' }), said({ conversation_id: 2 })]).toEqual([
      true, true, false, false, false,
    ])
  })
})
