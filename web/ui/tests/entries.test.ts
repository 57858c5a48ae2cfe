/** Entries of the timeline as they are shown: each channel, each state of a delivery. */

import { beforeEach, describe, expect, it, vi } from 'vitest'
import DeliveryLine from '@/components/timeline/DeliveryLine.vue'
import DeliveryMark from '@/components/timeline/DeliveryMark.vue'
import TimelineItem from '@/components/timeline/TimelineItem.vue'
import { useToasts } from '@/stores/toasts'
import { useWriting } from '@/stores/writing'
import { defaults, item, json, ME, newDesk, ours, show, type Desk } from './desk'

let desk: Desk
beforeEach(async () => {
  desk = await newDesk()
})

const entry = (one: ReturnType<typeof item>) => show(TimelineItem, { item: one, conversationId: 10, isFound: false })

describe('an entry says who, by which way, and what', () => {
  it('of an SMS that came', () => {
    const text = entry(item()).text()

    expect(text).toContain('Oksana Hrytsenko')
    expect(text).toContain('from +380503382065')
    expect(text).toContain('What about Thursday?')
  })

  it('of a mail with its subject, its copies, and the quoted text folded', async () => {
    const shown = entry(
      item({
        channel: 'email', address: 'oksana@client.example', subject: 'Re: parcel', text: 'To Kyiv.', quoted: 'Where shall we send it?', has_html: true,
        data: { cc: [{ address: 'ivan@client.example', name: 'Ivan Franko' }], original: 900 },
      }),
    )

    expect(shown.text()).toContain('Re: parcel')
    expect(shown.text()).toContain('Copies: Ivan Franko')
    expect(shown.text()).not.toContain('Where shall we send it?')
    await shown.get('[data-test=quoted]').trigger('click')
    expect(shown.text()).toContain('Where shall we send it?')
    await shown.get('[data-test=html]').trigger('click')
    expect(shown.get('[data-test=mail-frame]').attributes('sandbox')).not.toContain('allow-scripts')
  })

  it('of a call: who took it and how long, or that nobody did', () => {
    const call = { kind: 'call', channel: 'phone', text: '' } as const
    const taken = entry(item({ ...call, data: { state: 'ended', agent_id: ME, agent_name: 'Nadia Bondar', duration_s: 192 } }))
    const missed = entry(item({ ...call, data: { state: 'missed' } }))

    expect(taken.get('[data-test=call-state]').text()).toMatch(/[Yy]ou.*3:12/)
    expect(missed.get('[data-test=call-state]').text()).toContain('Missed call')
    expect(missed.get('[data-test=call-state]').classes()).toContain('over')
  })

  it('of a form: each question with its answer, and what was agreed to', () => {
    const fields = [{ name: 'stair', label: 'Is the stair steep?', value: 'Very' }, { name: 'ok', label: 'Agreed', value: 'yes' }]
    const consents = [{ name: 'ok', wording: 'You may write to me', at: '2026-05-14T10:00:00Z' }]
    const shown = entry(item({ kind: 'form', channel: 'webform', subject: 'Before we install', data: { fields, consents, order: '2048' } }))

    expect(shown.text()).toContain('Is the stair steep?')
    expect(shown.text()).toContain('Very')
    expect(shown.get('[data-test=form-consent]').text()).toContain('You may write to me')
    expect(shown.findAll('dt')).toHaveLength(1)
    expect(shown.get('[data-test=form-order]').text()).toContain('2048')
  })

  it('of a note, that only the team sees it', () => {
    const shown = entry(item({ kind: 'note', channel: null, direction: null, author: { kind: 'agent', id: ME, name: 'Nadia Bondar' }, address: '', text: 'He calls from work' }))

    expect(shown.text()).toContain('only the team sees it')
    expect(shown.text()).toContain('You')
    expect(shown.classes()).toContain('is-note')
  })

  it('of a promise: until when, by whom, and that it can be kept', () => {
    const data = { task_id: 4, state: 'open', due_at: '2030-05-14T10:00:00Z', kept_at: null, owner_name: 'Olena Marchuk' }
    const shown = entry(item({ kind: 'promise', channel: null, direction: null, text: 'Send the plan', data }))

    expect(shown.text()).toContain('Send the plan')
    expect(shown.text()).toContain('Olena')
    expect(shown.find('[data-test=promise-keep]').exists()).toBe(true)
  })

  it('of what a machine wrote, in one line until it is wanted', async () => {
    const shown = entry(item({ channel: 'email', text: 'I am away until Monday.\nBest, Ivan', data: { machine: 'absence', automatic: true } }))

    expect(shown.text()).toContain('Automatic reply')
    await shown.get('[data-test=machine]').trigger('click')
    expect(shown.text()).toContain('Best, Ivan')
  })
})

describe('a message of ours says how far it came', () => {
  it.each([
    ['held', 'waits'], ['queued', 'on its way'], ['sending', 'on its way'], ['sent', 'sent'], ['delivered', 'delivered'],
    ['failed', 'not delivered'], ['bounced', 'came back'], ['uncertain', 'may have gone out'],
  ])('%s: %s', (state, words) => {
    const mark = show(DeliveryMark, { delivery: ours(state).delivery })

    expect(mark.text()).toContain(words)
    expect(mark.attributes('data-state')).toBe(state)
  })

  it('counts down what can still be taken back', () => {
    const soon = ours('held', {}, { send_at: new Date(Date.now() + 8000).toISOString() })

    expect(show(DeliveryMark, { delivery: soon.delivery }).text()).toMatch(/sends in \d+\ss/)
  })

  it('says why it failed in plain words, with the exact ones at hand', () => {
    const line = show(DeliveryLine, { item: ours('failed', {}, { code: 'mailbox_full', reason: '452 4.2.2 quota' }) })

    expect(line.get('[data-test=reason]').text()).toContain('The mailbox is full')
    expect(line.get('[data-test=exact]').text()).toContain('452 4.2.2 quota')
  })

  it('is sent again under one key, however often one presses', async () => {
    desk.answers.set('POST /interactions/40/retry', () => json(503, {}))
    const line = show(DeliveryLine, { item: ours('failed') })

    await line.get('[data-test=retry]').trigger('click')
    await vi.waitFor(() => expect(useToasts().toasts).toHaveLength(1))
    await line.get('[data-test=retry]').trigger('click')
    await vi.waitFor(() => expect(desk.sent).toHaveLength(2))

    expect(desk.sent[0]!.key).toBeTruthy()
    expect(desk.sent[1]!.key).toBe(desk.sent[0]!.key)
    expect(useToasts().toasts[0]!.text).toContain('It has changed meanwhile')
  })

  it('goes by another channel, with its words', async () => {
    const one = useWriting().of(10)
    one.defaults = defaults({ channels: defaults().channels.map((way) => ({ ...way, usable: true })) })
    await show(DeliveryLine, { item: ours('failed', { text: 'On Friday' }) }).get('[data-test=other-channel]').trigger('click')

    expect([one.channel, one.reply]).toEqual(['email', 'On Friday'])
  })

  it('asks what became of it when the line broke', async () => {
    const line = show(DeliveryLine, { item: ours('uncertain') })

    expect(line.text()).toContain('Did the client get it?')
    await line.get('[data-test=settle-sent]').trigger('click')
    expect(desk.sent[0]).toMatchObject({ what: 'POST /interactions/40/settle', body: { sent: true } })
  })

  it('has nothing to do about what is well', () => {
    expect(show(DeliveryLine, { item: ours('queued', {}, { code: 'greylisted', reason: '451 later' }) }).text()).toContain('lets new senders wait')
    for (const state of ['queued', 'sent', 'delivered']) expect(show(DeliveryLine, { item: ours(state) }).text()).toBe('')
  })
})

describe('a mail says whether it comes from whom it names', () => {
  const judged = (verdict: string, why = '', more = {}) =>
    entry(item({ channel: 'email', address: 'oksana@client.example', data: { authenticity: { verdict, domain: 'client.example', why, by: 'mx' }, ...more } }))

  it('loudly where it is forged', () => {
    const strip = judged('forged').get('[data-name=forged]')

    expect(strip.text()).toContain('Not proven to come from client.example.')
    expect(strip.classes()).toContain('tone-over')
  })

  it('with a quiet word where that is open and somebody may answer', () => {
    expect(judged('unproven', 'failed').get('[data-test=unproven]').text()).toContain('client.example does not vouch')
    for (const silent of [judged('unproven', 'no_results'), judged('unproven', 'failed', { automatic: true })]) {
      expect(silent.find('[data-test=unproven]').exists()).toBe(false)
    }
  })

  it('with nothing where it is genuine or nobody looked, but to whoever asks', () => {
    for (const shown of [judged('genuine'), entry(item({ channel: 'email' }))]) {
      expect(shown.find('[data-name=forged]').exists()).toBe(false)
      expect(shown.find('[data-test=unproven]').exists()).toBe(false)
    }
    expect(judged('genuine').get('.about').attributes('title')).toContain('client.example vouches')
  })
})
