import { createPinia, setActivePinia } from 'pinia'
import { nextTick } from 'vue'
import { beforeEach, describe, expect, it, vi } from 'vitest'
import type { HubEvent, Item } from '@/api/types'
import { applyEvents } from '@/live/reducer'
import { useClosing } from '@/stores/closing'
import { useLive } from '@/stores/live'
import { useSession } from '@/stores/session'
import { useWriting } from '@/stores/writing'

const ME = 7

interface Sent {
  method: string
  path: string
  key: string | null
  body: Record<string, unknown>
}

let sent: Sent[]
let answers: (() => Promise<Response> | Response)[]

function json(status: number, body: unknown): Response {
  return new Response(JSON.stringify(body), { status, headers: { 'Content-Type': 'application/json' } })
}

function entry(id: number, more: Partial<Item> = {}): Item {
  return {
    id,
    client_id: 1,
    conversation_id: 10,
    at: '2026-05-14T10:00:00Z',
    kind: 'message',
    direction: 'in',
    author: { kind: 'client', id: 1, name: 'Oksana' },
    text: 'What about Thursday?',
    data: {},
    attachments: [],
    delivery: null,
    ...more,
  } as Item
}

const taken = () => json(201, { item: entry(50, { direction: 'out' }), conversation: { id: 10, client_id: 1 } })

beforeEach(() => {
  setActivePinia(createPinia())
  localStorage.clear()
  sent = []
  answers = []
  vi.stubGlobal('fetch', (path: string, init: RequestInit) => {
    const headers = init.headers as Record<string, string>
    if (!path.endsWith('/replies') && !path.endsWith('/notes')) return Promise.resolve(json(200, null))
    sent.push({
      method: init.method ?? '',
      path,
      key: headers['Idempotency-Key'] ?? null,
      body: JSON.parse(String(init.body)) as Record<string, unknown>,
    })
    return Promise.resolve((answers.shift() ?? taken)())
  })
})

function writer() {
  const session = useSession()
  session.account = { id: ME, name: 'Nadia', rights: [] } as never
  const live = useLive()
  live.state.meId = ME
  live.state.cursor = 100
  const writing = useWriting()
  const one = writing.of(10)
  Object.assign(one, { reply: 'Yes, Thursday', channel: 'sms', addressId: 3 })
  return { live, writing, one }
}

function says(live: ReturnType<typeof useLive>, seq: number, item: Item): void {
  const event = { seq, kind: 'interaction.added', at: '2026-05-14T10:00:00Z', data: {}, state: { item } }
  live.take([event as unknown as HubEvent], seq)
}

describe('a conversation that was opened as the line broke', () => {
  it('learns how its client is reached once the line is back', async () => {
    const { live, writing, one } = writer()
    const line = { isCut: true }
    vi.stubGlobal('fetch', (path: string) => {
      if (line.isCut) return Promise.reject(new TypeError('cut'))
      const defaults = { channel: 'sms', address_id: 3, subject: '', channels: [{ channel: 'sms', address_id: 3, usable: true }], mail: null }
      return Promise.resolve(json(200, path.endsWith('/reply-defaults') ? defaults : null))
    })

    await writing.begin(10, Promise.resolve([]))
    const before = one.defaults
    line.isCut = false
    live.lineState = 'live'

    await vi.waitFor(() => expect(one.defaults?.channel).toBe('sms'))
    expect(before).toBeNull()
  })
})

describe('sending', () => {
  it('goes out once, however often it is pressed meanwhile', async () => {
    const { writing, one } = writer()
    const all = await Promise.all([writing.send(one), writing.send(one), writing.send(one)])

    expect(sent).toHaveLength(1)
    expect(all.filter(Boolean)).toHaveLength(1)
    expect(one.reply).toBe('')
  })

  it('carries the cursor that the screen had', async () => {
    const { writing, one } = writer()
    await writing.send(one)

    expect(sent[0]?.body.seen).toBe(100)
  })

  it('carries the cursor before what arrived unread while one wrote', async () => {
    const { live, writing, one } = writer()
    says(live, 101, entry(40))
    says(live, 102, entry(41))

    expect(one.arrived.map((item) => item.id)).toEqual([40, 41])

    await writing.send(one)

    expect(sent[0]?.body.seen).toBe(100)
  })

  it('carries the newest cursor once it was read', async () => {
    const { live, writing, one } = writer()
    says(live, 101, entry(40))
    writing.looked(one)
    await writing.send(one)

    expect(sent[0]?.body.seen).toBe(101)
  })

  it('shows what was missed and keeps the text; sending anyway is another press', async () => {
    const { writing, one } = writer()
    answers = [() => json(409, { code: 'missed_messages', missed: [entry(40)] }), taken]
    await writing.send(one)

    expect(one.missed?.map((item) => item.id)).toEqual([40])
    expect(one.reply).toBe('Yes, Thursday')

    await writing.send(one, undefined, true)

    expect(sent[1]?.body.anyway).toBe(true)
    expect(sent[1]?.key).not.toBe(sent[0]?.key)
    expect(one.missed).toBeNull()
  })

  it('is the same press when it is pressed again after a cut', async () => {
    const { writing, one } = writer()
    answers = [() => Promise.reject(new TypeError('no network')), taken]
    await writing.send(one)

    expect(one.unsent).not.toBeNull()
    expect(one.waiting).toBeNull()
    expect(one.reply).toBe('Yes, Thursday')

    await writing.send(one)

    expect(sent.map((press) => press.key)).toEqual([sent[0]!.key, sent[0]!.key])
    expect(one.unsent).toBeNull()
  })

  it('waits for the connection if the agent says so, and is the same press then', async () => {
    const { live, writing, one } = writer()
    answers = [() => Promise.reject(new TypeError('no network')), taken]
    await writing.send(one)
    writing.wait(one)

    expect(one.waiting).not.toBeNull()
    expect(one.reply).toBe('')

    live.lineState = 'live'
    await nextTick()
    await vi.waitUntil(() => one.waiting === null)

    expect(sent.map((press) => press.key)).toEqual([sent[0]!.key, sent[0]!.key])
    expect(one.reply).toBe('')
  })

  it('says in words what the hub refused', async () => {
    const { writing, one } = writer()
    answers = [() => json(422, { code: 'invalid', errors: { text: 'at most 10 letters' } })]
    await writing.send(one)

    expect(one.problem).toBe('at most 10 letters')
    expect(one.reply).toBe('Yes, Thursday')
  })
})

describe('a note', () => {
  it('keeps its key until its fate is known', async () => {
    const { writing, one } = writer()
    one.note = 'The door is 58 cm'
    answers = [() => Promise.reject(new TypeError('no network')), () => json(201, { item: entry(60) })]
    await writing.addNote(one)
    await writing.addNote(one)

    expect(sent[1]?.key).toBe(sent[0]?.key)
    expect(one.note).toBe('')
  })
})

describe('a draft', () => {
  it('is kept in the browser until the hub has it', () => {
    const { writing, one } = writer()
    writing.typed(one, 'reply')

    expect(localStorage.getItem('rozmova.draft.7.10.reply')).toContain('Yes, Thursday')
  })

  it('is not disturbed by what colleagues write elsewhere', () => {
    const { live, one } = writer()
    applyEvents(live.state, [], 105)
    says(live, 106, entry(70, { conversation_id: 11 }))

    expect(one.arrived).toEqual([])
  })
})

describe('an answer that closes', () => {
  function asking() {
    const all = writer()
    all.live.state.queues.set(2, { id: 2, dispositions: ['Settled', 'Sold'], disposition_required: false } as never)
    all.live.state.conversations.set(10, { id: 10, client_id: 1, queue_id: 2, disposition: '', client_name: 'Oksana' } as never)
    return { ...all, closing: useClosing() }
  }

  it('asks how it ended before it goes, and says so', async () => {
    const { writing, one, closing } = asking()
    const sending = writing.send(one, 'resolve')

    expect(closing.asked?.choices).toEqual(['Settled', 'Sold'])
    expect(sent).toHaveLength(0)

    closing.answer({ disposition: 'Sold' })
    await sending

    expect(sent[0]?.body).toMatchObject({ then: 'resolve', disposition: 'Sold' })
  })

  it('goes and closes nothing, or does not go', async () => {
    const { writing, one, closing } = asking()
    const first = writing.send(one, 'resolve')
    closing.answer(null)
    await first

    expect(sent).toHaveLength(0)
    expect(one.reply).toBe('Yes, Thursday')

    const second = writing.send(one, 'resolve')
    closing.answer({ staysOpen: true })
    await second

    expect(sent[0]?.body).not.toHaveProperty('then')
  })

  it('is not asked about under the hands of whoever went elsewhere', async () => {
    const { writing, one, closing } = asking()
    answers = [() => json(409, { code: 'promise_open', promises: [{ task_id: 1, title: 'A call' }] })]
    const sending = writing.send(one, 'resolve')
    closing.answer({ disposition: 'Sold' })
    await sending

    expect(closing.asked).toBeNull()
    expect(one.problem).toBe('promise_open')
    expect(one.reply).toBe('Yes, Thursday')
  })

  it('still closes when it is sent although something was missed', async () => {
    const { writing, one } = writer()
    answers = [() => json(409, { code: 'missed_messages', missed: [entry(40)] }), taken]
    await writing.send(one, 'resolve')

    expect(one.then).toBe('resolve')

    await writing.send(one, one.then, true)

    expect(sent[1]?.body).toMatchObject({ then: 'resolve', anyway: true })
  })
})
