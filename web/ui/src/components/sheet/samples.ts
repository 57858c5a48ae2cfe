/** Made-up things that show the parts in their states; ids are no one's. */

import type { Task } from '@/api/tasks'
import type { Conversation, Delivery, DeliveryStateName, Item, Order } from '@/api/types'

const MINUTE = 60_000

/** Give the time so many minutes ago; below zero, to come. */
export const ago = (minutes: number): string => new Date(Date.now() - minutes * MINUTE).toISOString()

export function conversation(fields: Partial<Conversation>): Conversation {
  return {
    id: -1,
    client_id: -1,
    client_name: 'Andrew Marsh',
    subject: '',
    state: 'open',
    priority: 'normal',
    assignee_id: null,
    queue_id: -1,
    tags: [],
    channel: 'email',
    snippet: '',
    last_direction: 'in',
    last_at: ago(30),
    created_at: ago(600),
    snoozed_until: null,
    resolved_at: null,
    waiting_since: ago(30),
    respond_by: null,
    breached: false,
    disposition: '',
    ...fields,
  }
}

/** Rows of the list, in a queue that has a goal. */
export const rowsOf = (me: number | null, queue: number): { name: string; isOn: boolean; one: Conversation }[] => [
  { name: 'late', isOn: false, one: conversation({ id: -2, client_name: 'Олексій Ткаченко', subject: 'Missed call, second today', channel: 'phone', tags: ['call back'], respond_by: ago(6), priority: 'high' }) },
  { name: 'chosen', isOn: true, one: conversation({ id: -3, subject: 'Can the thermostat be white?', channel: 'sms', tags: ['order 2048'], respond_by: ago(-5), queue_id: queue, assignee_id: me }) },
  { name: 'read', isOn: false, one: conversation({ id: -4, client_name: 'James O’Connor', subject: 'Noise at night', snippet: 'the outdoor unit hums from two in the morning', respond_by: ago(-120), assignee_id: -9 }) },
  { name: 'waits for the client', isOn: false, one: conversation({ id: -5, client_name: 'Наталія Савчук', channel: 'portal', snippet: 'Дякуємо, фото отримали', last_direction: 'out', state: 'pending', waiting_since: null, assignee_id: me }) },
  { name: 'snoozed', isOn: false, one: conversation({ id: -6, client_name: 'ФОП Климчук І. Р.', subject: 'Акт звірки за квітень', state: 'snoozed', snoozed_until: ago(-900), waiting_since: null, assignee_id: me }) },
]

/** The clocks of an answer in a queue: much time, little time, none left, without one. */
export const clocks = (queue: number): Conversation[] => [conversation({ respond_by: ago(-180) }), conversation({ respond_by: ago(-5), queue_id: queue }), conversation({ respond_by: ago(6) }), conversation({ waiting_since: ago(40) })]

const delivery = (state: DeliveryStateName, more: Partial<Delivery> = {}): Delivery => ({ state, reason: '', at: ago(3), send_at: null, ...more })

export const DELIVERIES: Delivery[] = [
  delivery('held', { send_at: ago(-0.1) }),
  delivery('queued'),
  delivery('sent'),
  delivery('delivered'),
  delivery('read'),
  delivery('uncertain'),
  delivery('failed', { code: 'landline' }),
  delivery('bounced', { code: 'mailbox_unknown' }),
  delivery('cancelled'),
]

function item(id: number, fields: Partial<Item>): Item {
  return {
    id,
    client_id: -1,
    conversation_id: -1,
    at: ago(60 + id),
    kind: 'message',
    channel: 'email',
    direction: 'in',
    author: { kind: 'client', id: -1, name: 'Sofia Lindqvist' },
    address: 'sofia@lindqvist.example',
    subject: '',
    text: '',
    truncated: false,
    quoted: '',
    has_html: false,
    data: {},
    attachments: [],
    delivery: null,
    ...fields,
  }
}

const US = { kind: 'agent', id: -8, name: 'Nadia Koval' }

export const ITEMS: Item[] = [
  item(-1, { subject: 'Invoice has the old company name', text: 'Please change it to Lindqvist Studio, the rest is right.', quoted: 'On Monday you wrote: the invoice is attached.' }),
  item(-2, { direction: 'out', author: US, channel: 'sms', address: '+46 70 174 06 58', text: 'The invoice has the new name now.', delivery: delivery('failed', { code: 'landline', reason: '30006' }) }),
  item(-3, { kind: 'call', channel: 'phone', address: '+46 70 174 06 58', data: { state: 'ended', agent_id: -8, agent_name: 'Nadia Koval', duration_s: 94 } }),
  item(-4, { kind: 'call', channel: 'phone', address: '+46 70 174 06 58', data: { state: 'missed' } }),
  item(-5, { channel: 'whatsapp', address: '+46 70 174 06 58', text: 'Can you send it here, too?' }),
  item(-6, { kind: 'form', channel: 'webform', data: { title: 'Before we install', fields: [{ label: 'Fuse box', value: 'Hallway, left of the door' }, { label: 'Parking for a van', value: 'Yes, in the yard' }] } }),
  item(-7, { channel: 'portal', author: { kind: 'client', id: -1, name: 'Наталія Савчук' }, address: '', text: 'Додала фото котла і щитка, дивіться.' }),
  item(-8, { kind: 'note', channel: null, direction: null, author: { kind: 'agent', id: -9, name: 'Taras Melnyk' }, text: 'The board is old and needs its own breaker. @Olena' }),
  item(-9, { direction: 'out', author: US, text: 'Thank you, all is changed.', delivery: delivery('held', { send_at: ago(-90) }) }),
]

const steps = (now: number) =>
  ['placed', 'paid', 'packed', 'shipped', 'delivered'].map((status, n) => ({ status, at: n < now ? ago(9000 - 900 * n) : null, done: n < now, now: n === now }))

export function order(fields: Partial<Order>): Order {
  return {
    id: -1,
    number: '2048',
    client_id: -1,
    title: 'Heat pump 8 kW, installation',
    status: 'shipped',
    currency: 'UAH',
    total: 18_460_000,
    paid: true,
    placed_at: ago(9000),
    expected_at: ago(-4000),
    tracking_number: '',
    carrier: '',
    updated_at: ago(60),
    lines: [],
    steps: steps(3),
    ...fields,
  }
}

export const ORDERS: Order[] = [order({}), order({ number: '2051', title: 'Gas boiler', status: 'placed', paid: false, steps: steps(0), total: 5_940_050 }), order({ number: '1987', title: 'Boiler service', status: 'cancelled' })]

function task(id: number, fields: Partial<Task>): Task {
  return {
    id,
    kind: 'promise',
    state: 'open',
    title: 'Price of a second zone',
    notes: '',
    client_id: null,
    client_name: '',
    conversation_id: null,
    item_id: null,
    entry_id: null,
    assignee_id: null,
    created_by: null,
    priority: 'normal',
    due_at: ago(1600),
    all_day: false,
    remind_at: null,
    repeat: 'none',
    deed: 'do',
    channel: null,
    attribute: '',
    created_at: ago(5000),
    updated_at: ago(5000),
    done_at: null,
    done_by: null,
    ...fields,
  }
}

export const TASKS: Task[] = [
  task(-1, {}),
  task(-2, { title: 'Call 30 minutes before arrival', due_at: ago(-300) }),
  task(-3, { kind: 'task', title: 'Order a white thermostat', due_at: ago(-4000) }),
  task(-4, { title: 'Check the width of the door', state: 'done', done_at: ago(500) }),
]
