/** The composer: what it says, what it lets out, and what it keeps. */

import { flushPromises, type VueWrapper } from '@vue/test-utils'
import { beforeEach, describe, expect, it, vi } from 'vitest'
import Composer from '@/components/composer/Composer.vue'
import { useAnswers } from '@/stores/answers'
import { useWriting } from '@/stores/writing'
import { conversation, defaults, item, json, ME, newDesk, OLENA, ours, show, type Desk } from './desk'

let desk: Desk
let box: VueWrapper

beforeEach(async () => {
  desk = await newDesk()
  desk.live.lineState = 'live'
  for (const path of ['canned', 'macros']) desk.answers.set(`GET /${path}`, () => json(200, []))
  desk.answers.set('GET /conversations/10/drafts', () => json(200, []))
  desk.answers.set('GET /conversations/10/reply-defaults', () => json(200, defaults()))
  desk.answers.set('POST /conversations/10/replies', () => json(201, { item: ours('held', { id: 50, author: { kind: 'agent', id: ME, name: 'Nadia' } }), conversation: conversation() }))
  await useWriting().begin(10, Promise.resolve([]))
  box = show(Composer, { conversation: conversation() })
  await flushPromises()
})

const text = () => box.get<HTMLTextAreaElement>('[data-test=composer-text]')
const sends = () => box.get<HTMLButtonElement>('[data-test=send]')
const sent = (path: string) => desk.sent.filter((one) => one.what === `POST /conversations/10/${path}`)

describe('a reply', () => {
  it('goes by the channel that the client used, says why, and why another is closed', async () => {
    expect(box.get('[data-test=channel-choice]').attributes('data-channel')).toBe('sms')
    expect(box.text()).toContain('wrote last this way')
    await box.get('[data-test=channel-choice]').trigger('click')

    await vi.waitFor(() => expect(document.body.textContent).toContain('the client asked not to write here'))
  })

  it('counts its SMS, and cannot be sent empty', async () => {
    expect(sends().element.disabled).toBe(true)
    await text().setValue('а'.repeat(71))

    expect(box.get('[data-test=segments]').attributes('data-parts')).toBe('2')
    expect(sends().element.disabled).toBe(false)
  })

  it('leaves by Ctrl Enter with what was seen, once, and empties the field', async () => {
    await text().setValue('On Thursday')
    await text().trigger('keydown', { key: 'Enter', ctrlKey: true })
    await flushPromises()

    expect(sent('replies')).toHaveLength(1)
    expect(sent('replies')[0]!.body).toMatchObject({ channel: 'sms', address_id: 5, text: 'On Thursday', seen: 100 })
    expect(sent('replies')[0]!.key).toBeTruthy()
    expect(text().element.value).toBe('')
    expect(box.emitted('sent')).toHaveLength(1)
  })

  it('shows inline what was said meanwhile, and goes anyway only when told to', async () => {
    const missed = [item({ id: 61, text: 'No, the small one!' }), ours('sent', { id: 62, text: 'Which colour?' })]
    desk.answers.set('POST /conversations/10/replies', () => json(409, { code: 'missed_messages', missed, cursor: 120 }))
    await text().setValue('Ordered')
    await sends().trigger('click')
    await vi.waitFor(() => expect(box.find('[data-test=missed-list]').exists()).toBe(true))

    expect(box.text()).toContain('No, the small one!')
    expect(box.text()).toContain('Which colour?')
    expect(text().element.value).toBe('Ordered')
    desk.answers.set('POST /conversations/10/replies', () => json(201, { item: ours('held', { id: 63 }), conversation: conversation() }))
    await box.get('[data-test=send-anyway]').trigger('click')
    await vi.waitFor(() => expect(text().element.value).toBe(''))
    expect(sent('replies').map((one) => one.body.anyway)).toEqual([undefined, true])
  })

  it('that could not leave is kept, and waits only when one says so', async () => {
    desk.answers.set('POST /conversations/10/replies', () => json(503, {}))
    await text().setValue('On Thursday')
    await sends().trigger('click')
    await vi.waitFor(() => expect(box.find('[data-test=send-when-back]').exists()).toBe(true))

    expect(text().element.value).toBe('On Thursday')
    desk.live.lineState = 'offline'
    await box.get('[data-test=send-when-back]').trigger('click')
    expect(box.get('[data-name=waiting]').text()).toContain('On Thursday')
    expect(text().element.value).toBe('')
    await box.get('[data-test=dont-wait]').trigger('click')
    expect(text().element.value).toBe('On Thursday')
  })

  it('is filled by a ready answer after a slash', async () => {
    const words = { locale: 'en', subject: '', text: 'Hello {client.first_name|there}, it is on its way.', html: '' } as const
    useAnswers().canned = [{ id: 1, title: 'On its way', account_id: null, folder: '', channels: [], texts: [words], attachments: [], updated_at: '', used: 0, used_by_me: 0 }]
    desk.answers.set('GET /conversations/10/places', () => json(200, { 'client.first_name': 'Oksana' }))
    text().element.value = '/way'
    text().element.setSelectionRange(4, 4)
    await text().trigger('input')
    await text().trigger('keyup')
    await vi.waitFor(() => expect(box.find('[data-test=canned-preview]').exists()).toBe(true))
    await text().trigger('keydown', { key: 'Enter' })

    await vi.waitFor(() => expect(text().element.value).toBe('Hello Oksana, it is on its way.'))
    expect(sent('replies')).toHaveLength(0)
  })
})

describe('a note', () => {
  beforeEach(() => box.get('[data-test=tab-note]').trigger('click'))

  it('stands on ground of its own, and names colleagues', async () => {
    expect(box.get('[data-test=composer]').attributes('data-mode')).toBe('note')
    expect(sends().text()).toContain('Add note')
    text().element.value = 'Look, @Ole'
    text().element.setSelectionRange(10, 10)
    await text().trigger('input')
    await text().trigger('keyup')
    expect(box.get('[data-test=mentions]').text()).toContain('Olena Marchuk')
    await text().trigger('keydown', { key: 'Enter' })
    await flushPromises()

    desk.answers.set('POST /conversations/10/notes', () => json(201, { item: item({ id: 70, kind: 'note' }) }))
    await sends().trigger('click')
    await flushPromises()
    expect(sent('notes')[0]!.body).toMatchObject({ text: 'Look, @Olena Marchuk ', mentions: [OLENA] })
  })

  it('leaves the reply alone', async () => {
    await text().setValue('For us')
    await box.get('[data-test=tab-reply]').trigger('click')

    expect(text().element.value).toBe('')
    expect(useWriting().of(10).note).toBe('For us')
  })
})

describe('an answer to what may be forged', () => {
  const forged = (more = {}) =>
    item({ id: 41, channel: 'email', data: { authenticity: { verdict: 'forged', domain: 'client.example', why: '', by: '' } }, ...more })
  const shows = async (...items: ReturnType<typeof item>[]) => {
    desk.live.state.timelines.set('1', { clientId: 1, filter: {}, items, older: null, newer: null, loaded: true, later: new Map() })
    await flushPromises()
    return box.find('[data-name=forged-answer]')
  }

  it('is warned of while it is written, and a note is not', async () => {
    expect((await shows(item(), forged())).text()).toContain('Ask back before you give order data')
    await box.get('[data-test=tab-note]').trigger('click')
    expect(box.find('[data-name=forged-answer]').exists()).toBe(false)
  })

  it('is not warned of once the client himself has written, or where it is another matter', async () => {
    expect((await shows(forged(), item({ id: 42 }))).exists()).toBe(false)
    expect((await shows(item(), forged({ conversation_id: 11 }))).exists()).toBe(false)
  })
})
