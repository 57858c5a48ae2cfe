import { beforeEach, describe, expect, it } from 'vitest'
import type { Conversation, HubEvent, Item, Sync, Was } from '@/api/types'
import { applyEvents, changedSince, mergeConversations } from '@/live/reducer'
import { emptyState, loadSync, type LiveState, type TimelineWindow } from '@/live/state'
import { joinPage, reachEnd } from '@/live/timeline'
import { meant } from '@/words/tags'

const ME = 7

function sync(): Sync {
  return {
    cursor: 40,
    me: { id: ME },
    agents: [],
    queues: [],
    channels: [],
    conversations: [conversation(10)],
    counts: { mine: 2, unassigned: 3, all: 9, snoozed: 1, pending: 0, queues: { 3: 9 } },
    unread: { 10: 2 },
    notifications: [],
    views: [],
    mentions: [],
    bulk: null,
    quarantine: 1,
    ringing: [],
    tasks: [],
  } as unknown as Sync
}

function conversation(id: number, more: Partial<Conversation> = {}): Conversation {
  return {
    id,
    client_id: 1,
    client_name: 'Oksana',
    subject: '',
    state: 'open',
    priority: 'normal',
    assignee_id: null,
    queue_id: 3,
    tags: [],
    channel: 'sms',
    snippet: '',
    last_direction: 'in',
    last_at: '2026-05-14T10:00:00Z',
    created_at: '2026-05-14T10:00:00Z',
    snoozed_until: null,
    resolved_at: null,
    waiting_since: null,
    respond_by: null,
    breached: false,
    disposition: '',
    ...more,
  }
}

function item(id: number, more: Partial<Item> = {}): Item {
  return {
    id,
    client_id: 1,
    conversation_id: 10,
    at: new Date(Date.UTC(2026, 4, 14, 10, 0, id)).toISOString(),
    kind: 'message',
    channel: 'sms',
    direction: 'in',
    author: { kind: 'client', id: 1, name: 'Oksana' },
    address: '+380501112233',
    subject: '',
    text: `entry ${id}`,
    truncated: false,
    quoted: '',
    has_html: false,
    data: {},
    attachments: [],
    delivery: null,
    ...more,
  }
}

function event(seq: number, kind: string, state: HubEvent['state'], was?: Was): HubEvent {
  return {
    seq,
    kind,
    at: '2026-05-14T10:00:00Z',
    actor: { kind: 'system', id: null, name: '' },
    client_id: 1,
    conversation_id: 10,
    data: was ? { was } : {},
    state,
  }
}

const NOWHERE: Was = { state: null, assignee_id: null, queue_id: null, waiting: false }

function standing(one: Conversation): Was {
  return { state: one.state, assignee_id: one.assignee_id, queue_id: one.queue_id, waiting: false }
}

function opened(filter: TimelineWindow['filter'] = {}, more: Partial<TimelineWindow> = {}): TimelineWindow {
  return { clientId: 1, filter, items: [], older: null, newer: null, loaded: true, later: new Map(), ...more }
}

let state: LiveState

beforeEach(() => {
  state = emptyState()
  state.meId = ME
})

describe('tags and attributes', () => {
  const tag = { id: 1, name: 'vip', colour: '', description: '', former: [], archived: false }
  const event = (seq: number, kind: string, state: object): HubEvent =>
    ({ seq, kind, at: '2026-05-14T10:00:00Z', actor: { kind: 'agent', id: 1, name: '' }, client_id: null, conversation_id: null, data: {}, state }) as unknown as HubEvent

  it('follow the log, and go when they are dropped', () => {
    const state = emptyState()
    loadSync(state, sync())
    applyEvents(state, [event(41, 'tag.changed', { tag })], 41)
    expect(state.tags.get(1)?.name).toBe('vip')
    expect(meant([{ ...tag, name: 'Key', former: ['vip'] }]).get('vip')?.name).toBe('Key')

    applyEvents(state, [event(42, 'tag.dropped', { tag: { ...tag, deleted: true } })], 42)
    applyEvents(state, [event(43, 'attribute.changed', { attribute: { id: 5, name: 'born' } })], 43)
    expect([state.tags.size, state.attributes.get(5)?.name]).toEqual([0, 'born'])
  })
})

describe('applying events', () => {
  it('replaces what it knew under the same id, whatever the kind of event', () => {
    applyEvents(state, [event(1, 'a.new_kind', { conversation: conversation(10) })], 1)
    applyEvents(state, [event(2, 'another', { conversation: conversation(10, { subject: 'New' }) })], 2)

    expect(state.conversations.get(10)?.subject).toBe('New')
    expect(state.cursor).toBe(2)
  })

  it('skips what it has seen, so a repeated frame changes nothing', () => {
    const frame = [event(5, 'interaction.added', { item: item(1), conversation: conversation(10) }, NOWHERE)]
    applyEvents(state, frame, 5)
    applyEvents(state, frame, 5)

    expect(state.unread.get(10)).toBe(1)
    expect(state.counts.all).toBe(1)
  })

  it('moves the cursor with an empty frame, never back', () => {
    applyEvents(state, [], 9)
    applyEvents(state, [], 4)

    expect(state.cursor).toBe(9)
  })

  it('carries every kind of part', () => {
    applyEvents(
      state,
      [
        event(1, 'x', {
          client: { id: 1, name: 'O', locale: null, attributes: {}, created_at: '', addresses: [] },
          queue: { id: 3, name: 'Sales', channels: [], first_response_s: 60, goal: 0.8, calendar_id: null, mode: 'assign', offer_s: 30, dispositions: [], disposition_required: false, wrap_s: 0, members: [], fallback: true },
          notification: { id: 4, kind: 'assigned', conversation_id: 10, item_id: null, task_id: null, about: '', count: 1, at: '', read: false },
        }),
      ],
      1,
    )

    expect([state.clients.size, state.queues.size, state.notifications.size]).toEqual([1, 1, 1])
  })

  it('shows a renamed client in his conversations', () => {
    applyEvents(state, [event(1, 'x', { conversation: conversation(10) })], 1)
    applyEvents(
      state,
      [event(2, 'client.changed', { client: { id: 1, name: 'Oksana Marsh', locale: null, attributes: {}, created_at: '', addresses: [] } })],
      2,
    )

    expect(state.conversations.get(10)?.client_name).toBe('Oksana Marsh')
  })
})

describe('counts', () => {
  it('follow a conversation through its life and come back to nothing', () => {
    const life = [
      conversation(10),
      conversation(10, { assignee_id: ME }),
      conversation(10, { assignee_id: ME, queue_id: 4 }),
      conversation(10, { assignee_id: ME, queue_id: 4, state: 'snoozed' }),
      conversation(10, { assignee_id: ME, queue_id: 4, state: 'open' }),
      conversation(10, { assignee_id: ME, queue_id: 4, state: 'pending' }),
      conversation(10, { assignee_id: ME, queue_id: 4, state: 'resolved' }),
    ]
    const seen = life.map((now, at) => {
      const was = at === 0 ? NOWHERE : standing(life[at - 1]!)
      applyEvents(state, [event(at + 1, 'x', { conversation: now }, was)], at + 1)
      const { mine, unassigned, all, snoozed, pending, queues } = state.counts
      return [mine, unassigned, all, snoozed, pending, queues[3] ?? 0, queues[4] ?? 0]
    })

    expect(seen).toEqual([
      [0, 1, 1, 0, 0, 1, 0],
      [1, 0, 1, 0, 0, 1, 0],
      [1, 0, 1, 0, 0, 0, 1],
      [0, 0, 0, 1, 0, 0, 0],
      [1, 0, 1, 0, 0, 0, 1],
      [0, 0, 0, 0, 1, 0, 0],
      [0, 0, 0, 0, 0, 0, 0],
    ])
  })

  it('begin with what the hub counted', () => {
    loadSync(state, sync())
    applyEvents(state, [event(41, 'x', { quarantine: { id: 1, state: 'filed' } })], 41)

    expect(state.counts.queues['3']).toBe(9)
    expect(state.unread.get(10)).toBe(2)
    expect(state.quarantine).toBe(0)
  })

  it('leave a note of absence out of what is unread', () => {
    const absent = item(1, { data: { machine: 'absence' } })
    applyEvents(state, [event(1, 'interaction.added', { item: absent })], 1)
    applyEvents(state, [event(2, 'interaction.added', { item: item(2) })], 2)

    expect(state.unread.get(10)).toBe(1)
  })

  it('leave unread what came after the mark', () => {
    for (const id of [1, 2, 3]) {
      applyEvents(state, [event(id, 'interaction.added', { item: item(id) })], id)
    }
    applyEvents(state, [event(4, 'conversation.read', { read: { conversation_id: 10, item_id: 2 } })], 4)

    expect(state.unread.get(10)).toBe(1)
  })
})

describe('timelines', () => {
  it('take an entry into its place, not only at the end', () => {
    const window = opened({}, { items: [item(1), item(5)] })
    state.timelines.set('1', window)
    applyEvents(state, [event(1, 'interaction.added', { item: item(3) })], 1)

    expect(window.items.map((one) => one.id)).toEqual([1, 3, 5])
  })

  it('change an entry where it stands', () => {
    const window = opened({}, { items: [item(1), item(2)] })
    state.timelines.set('1', window)
    const delivered = { state: 'delivered', reason: '', at: '', send_at: null } as const
    applyEvents(state, [event(1, 'delivery.changed', { item: item(1, { delivery: delivered }) })], 1)

    expect(window.items[0]?.delivery?.state).toBe('delivered')
    expect(window.items).toHaveLength(2)
  })

  it('let go of what was taken back before it left', () => {
    const window = opened({}, { items: [item(1), item(2)] })
    state.timelines.set('1', window)
    const cancelled = { state: 'cancelled', reason: '', at: '', send_at: null } as const
    applyEvents(state, [event(1, 'delivery.changed', { item: item(2, { delivery: cancelled }) })], 1)

    expect(window.items.map((one) => one.id)).toEqual([1])
  })

  it('take only what their filter asks for', () => {
    const calls = opened({ kind: 'call' })
    const other = opened({ conversationId: 11 })
    state.timelines.set('calls', calls)
    state.timelines.set('other', other)
    applyEvents(state, [event(1, 'interaction.added', { item: item(1) })], 1)

    expect([calls.items, other.items]).toEqual([[], []])
  })

  it('keep for later what lies beyond what is loaded', () => {
    const window = opened({}, { items: [item(1)], newer: 'cursor' })
    state.timelines.set('1', window)
    applyEvents(state, [event(1, 'interaction.added', { item: item(9) })], 1)

    expect(window.items.map((one) => one.id)).toEqual([1])

    joinPage(window, [item(4)], () => false)
    window.newer = null
    reachEnd(window)

    expect(window.items.map((one) => one.id)).toEqual([1, 4, 9])
  })

  it('do not let a page undo what an event has told since', () => {
    const window = opened()
    state.timelines.set('1', window)
    const askedAt = state.cursor
    applyEvents(state, [event(3, 'x', { item: item(1, { text: 'newer' }) })], 3)
    joinPage(window, [item(1, { text: 'older' }), item(2)], (one) => changedSince(state, `item:${one.id}`, askedAt))

    expect(window.items.map((one) => one.text)).toEqual(['newer', 'entry 2'])
  })
})

describe('pages of the list', () => {
  it('do not undo what an event has told since', () => {
    const askedAt = state.cursor
    applyEvents(state, [event(3, 'x', { conversation: conversation(10, { state: 'resolved' }) })], 3)
    mergeConversations(state, [conversation(10), conversation(11)], askedAt)

    expect([...state.conversations.values()].map((one) => one.state)).toEqual(['resolved', 'open'])
  })
})

describe('calls', () => {
  it('are shown until they are answered or over, and while a message is left', () => {
    const call = (seq: number, data: Record<string, unknown>) =>
      applyEvents(state, [event(seq, 'interaction.changed', { item: item(1, { kind: 'call', data }) })], seq)

    call(1, { state: 'ringing' })
    call(2, { state: 'ringing', taking_message: true })
    expect(state.ringing.get(1)?.data.taking_message).toBe(true)

    call(3, { state: 'voicemail' })
    expect(state.ringing.size).toBe(0)
  })

  it('that ring when a screen begins are among what it begins with', () => {
    const begun = emptyState()
    loadSync(begun, { ...sync(), ringing: [item(5, { kind: 'call', data: { state: 'ringing' } })] })

    expect([...begun.ringing.keys()]).toEqual([5])
  })
})

describe('moves and merges', () => {
  it('takes what was unread along to where it is moved', () => {
    const into = conversation(11)
    applyEvents(state, [event(1, 'interaction.added', { item: item(1), conversation: conversation(10) }, NOWHERE)], 1)
    const moved = event(2, 'interaction.moved', { item: item(1, { conversation_id: into.id }) })
    applyEvents(state, [{ ...moved, data: { from_id: 10 } }], 2)

    expect(state.unread.get(10)).toBeUndefined()
    expect(state.unread.get(11)).toBe(1)
  })

  it('forgets windows on timelines that changed hands, and no others', () => {
    const mine = opened({}, { items: [item(1)] })
    const other = opened({}, { clientId: 5, items: [item(2, { client_id: 5 })] })
    state.timelines.set('1', mine)
    state.timelines.set('5', other)
    applyEvents(state, [event(3, 'timeline.moved', { timelines: { client_ids: [1, 2] } })], 3)

    expect(mine.loaded).toBe(false)
    expect(mine.items).toEqual([])
    expect(other.items).toHaveLength(1)
    expect(changedSince(state, 'timeline:1', 2)).toBe(true)
  })

  it('shows an entry in the window of the client that it went to', () => {
    const from = opened({}, { items: [item(1)] })
    const to = opened({}, { clientId: 5 })
    state.timelines.set('1', from)
    state.timelines.set('5', to)
    const moved = event(4, 'interaction.moved', { item: item(1, { client_id: 5, conversation_id: 50 }) })
    applyEvents(state, [{ ...moved, data: { from_id: 10 } }], 4)

    expect(from.items).toEqual([])
    expect(to.items.map((one) => one.id)).toEqual([1])
  })
})
