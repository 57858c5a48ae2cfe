/** A screen says that it is behind for as long as it is, and no longer. */

import { afterEach, beforeEach, expect, it, vi } from 'vitest'
import type { HubEvent } from '@/api/types'
import type { LineHandlers } from '@/live/connection'
import { useLive } from '@/stores/live'
import { useSession } from '@/stores/session'
import { json, newDesk } from './desk'

const opened = vi.hoisted(() => ({ handlers: null as unknown }))
vi.mock('@/live/connection', () => ({
  openLine: (handlers: LineHandlers) => {
    opened.handlers = handlers
    return { say: () => undefined, tryNow: () => undefined, close: () => undefined }
  },
}))

const NOW = Date.parse('2026-05-14T10:00:00Z')
let line: LineHandlers

function event(seq: number, secondsAgo: number): HubEvent {
  return { seq, kind: 'tag.changed', at: new Date(NOW - secondsAgo * 1000).toISOString(), data: {}, state: {} } as unknown as HubEvent
}

beforeEach(async () => {
  const desk = await newDesk()
  desk.answers.set('GET /session', () => json(200, { account: useSession().account, csrf: '', cursor: 100 }))
  vi.useFakeTimers({ now: NOW })
  await useLive().start()
  line = opened.handlers as LineHandlers
  line.follows(300)
  line.state('live')
})
afterEach(() => void vi.useRealTimers())

it('is not behind any more with the last of what was missed', () => {
  line.events([event(101, 90)], 200)
  expect(useLive().isBehind).toBe(true)
  line.events([event(201, 60)], 300)

  expect(useLive().isBehind).toBe(false)
})

it('is behind until then, however long it takes', () => {
  line.events([event(101, 90)], 200)
  vi.advanceTimersByTime(60_000)

  expect(useLive().isBehind).toBe(true)
})

it('says for a moment that the hub told of something late', () => {
  line.events([], 300)
  line.events([event(301, 20)], 301)
  expect(useLive().isBehind).toBe(true)
  vi.advanceTimersByTime(3000)

  expect(useLive().isBehind).toBe(false)
})
