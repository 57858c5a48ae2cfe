/** Rows, menus, cards and short words, as one sees and presses them. */

import { flushPromises } from '@vue/test-utils'
import { beforeEach, describe, expect, it, vi } from 'vitest'
import { reactive } from 'vue'
import ClientCard from '@/components/client/ClientCard.vue'
import ConversationRow from '@/components/list/ConversationRow.vue'
import OfferCard from '@/components/list/OfferCard.vue'
import ToastStack from '@/components/overlay/ToastStack.vue'
import PickMenu from '@/components/parts/PickMenu.vue'
import Strip from '@/components/parts/Strip.vue'
import FilterGroup from '@/components/views/FilterGroup.vue'
import { made, newCondition, newGroup, type EditedGroup } from '@/components/views/editing'
import { useNow } from '@/stores/clock'
import { useToasts } from '@/stores/toasts'
import { client, conversation, json, ME, newDesk, OLENA, says, show, type Desk } from './desk'

let desk: Desk
beforeEach(async () => {
  desk = await newDesk()
})

describe('a row of the list', () => {
  const row = (more: Parameters<typeof conversation>[0] = {}, props: Record<string, unknown> = {}) =>
    show(ConversationRow, { conversation: conversation(more), isOn: false, expected: 'open', ...props })

  it('says who, what and how urgent', () => {
    const late = row({ subject: 'Boiler', priority: 'urgent', tags: ['storm'], respond_by: new Date(Date.now() - 3_600_000).toISOString() })

    for (const words of ['Oksana Hrytsenko', 'Boiler', 'What about Thursday?', 'storm', 'Urgent']) expect(late.text()).toContain(words)
    expect(late.get('[data-test=sla]').text()).toMatch(/late/i)
    expect(late.get('[data-test=sla]').classes()).toContain('tone-over')
  })

  it('says what was ours last, and calls the channel where there is no subject', () => {
    const text = row({ last_direction: 'out', snippet: 'On Friday' }).text()

    expect(text).toContain('SMS')
    expect(text).toMatch(/You: On Friday|Us: On Friday|We: On Friday/)
  })

  it('counts what I have not read of mine alone', () => {
    desk.live.state.unread.set(10, 3)

    expect(row({ assignee_id: ME }).get('[data-test=unread]').text()).toBe('3')
    expect(row({ assignee_id: OLENA }).find('[data-test=unread]').exists()).toBe(false)
  })

  it('says its state where that is not the list’s', () => {
    expect(row({ state: 'resolved' }).text()).toMatch(/closed|resolved/i)
    expect(row({ state: 'open' }).text()).not.toMatch(/\bopen\b/i)
  })

  it('is opened by a press, and chosen by its box', async () => {
    const one = row({}, { canPick: true, isPicking: true, isPicked: true })
    await one.get('[data-test=row]').trigger('click')
    await one.get('[data-test=pick]').trigger('click', { shiftKey: true })
    await flushPromises()

    expect(one.emitted('choose')).toHaveLength(1)
    expect(one.emitted('pick')).toEqual([[true]])
    expect((one.get('[data-test=pick]').element as HTMLInputElement).checked).toBe(true)
  })
})

describe('a menu to pick from', () => {
  const CHOICES = [{ id: 1, label: 'Nadia' }, { id: 2, label: 'Olena', isOn: true }, { id: 3, label: 'Петро' }]
  const menu = (props: Record<string, unknown> = {}) => show(PickMenu, { label: 'Assign', choices: CHOICES, open: true, test: 'assign', ...props })
  const field = async () => {
    await vi.waitFor(() => expect(document.querySelector('[data-test=assign-menu] input')).not.toBeNull())
    return document.querySelector<HTMLInputElement>('[data-test=assign-menu] input')!
  }
  const press = (on: Element, key: string) => on.dispatchEvent(new KeyboardEvent('keydown', { key, bubbles: true }))
  const type = async (on: HTMLInputElement, words: string) => {
    on.value = words
    on.dispatchEvent(new Event('input'))
    await flushPromises()
  }
  const shown = () => [...document.querySelectorAll('[data-test=choice]')].map((one) => one.textContent?.trim())

  it('finds by typing in any case, and picks by Enter', async () => {
    const one = menu()
    const input = await field()
    await type(input, 'пет')
    expect(shown()).toEqual(['Петро'])
    press(input, 'Enter')

    expect(one.emitted('pick')).toEqual([[3]])
    expect(one.emitted('update:open')).toEqual([[false]])
  })

  it('goes round by the arrows, and says what is on', async () => {
    const one = menu()
    const input = await field()
    press(input, 'ArrowUp')
    press(input, 'Enter')

    expect(one.emitted('pick')).toEqual([[3]])
    expect(document.querySelector('[data-test=choice][data-id="2"]')?.getAttribute('aria-selected')).toBe('true')
  })

  it('makes what there is not, only where that may be', async () => {
    const one = menu({ make: true, many: true })
    const input = await field()
    await type(input, 'storm')
    await says('Add “storm”')
    press(input, 'Enter')

    expect(one.emitted('make')).toEqual([['storm']])
    expect(one.emitted('update:open')).toBeUndefined()
    one.unmount()
    menu()
    await type(await field(), 'storm')
    await says('No match')
  })
})

describe('a strip', () => {
  it('says one line with what to do, and is heard', () => {
    const strip = show({ components: { Strip }, template: '<Strip tone="over" icon="alert" name="offline"><b>No connection</b><template #actions><button>Try now</button></template></Strip>' })

    expect(strip.text()).toBe('No connectionTry now')
    expect(strip.attributes()).toMatchObject({ role: 'status', 'data-name': 'offline' })
    expect(strip.classes()).toContain('tone-over')
  })
})

describe('a filter of a view', () => {
  const begin = () => {
    const tree = reactive<EditedGroup>(newGroup())
    tree.of.push(newCondition('state'))
    return { tree, shown: show(FilterGroup, { modelValue: tree, depth: 0 }) }
  }

  it('takes conditions, groups in groups, and lets them go', async () => {
    const { tree, shown } = begin()
    await shown.get('[data-test=add-group]').trigger('click')
    await shown.findAll('[data-test=add-condition]')[0]!.trigger('click')
    const lines = shown.findAll('[data-test=filter-line]')
    await lines.at(-1)!.get('[data-test=field]').setValue('waiting')
    await lines.at(-1)!.get('[data-test=minutes]').setValue('120')

    expect(made(tree)).toEqual({
      match: 'all',
      of: [
        { field: 'state', op: 'in', value: ['open'] },
        { match: 'any', of: [{ field: 'waiting', op: 'over', value: 120 }] },
      ],
    })
    await lines[0]!.get('[data-test=drop-condition]').trigger('click')
    expect(shown.text()).not.toContain('Open')
  })

  it('says what a condition means in words', async () => {
    const { shown } = begin()
    const line = shown.get('[data-test=filter-line]')
    await line.get('[data-test=field]').setValue('subject')
    await line.get('[data-test=words]').setValue('boiler')

    expect(line.get<HTMLSelectElement>('[data-test=op]').element.selectedOptions[0]!.textContent).toMatch(/contains/)
  })
})

describe('a fact of the client', () => {
  it('is edited in its place, and comes back by one press', async () => {
    desk.live.state.clients.set(1, client({ attributes: { district: 'Podil' } }))
    const after = (district: string) => () => json(200, client({ attributes: { district } }))
    desk.answers.set('GET /clients/1', after('Podil'))
    desk.answers.set('PATCH /clients/1', after('Obolon'))
    for (const path of ['orders', 'conversations', 'tasks']) desk.answers.set(`GET /clients/1/${path}`, () => json(200, { items: [], next: null }))
    for (const path of ['duplicates', 'merges', 'consents']) desk.answers.set(`GET /clients/1/${path}`, () => json(200, []))
    const card = show(ClientCard, { clientId: 1, conversationId: 10 })
    const stack = show(ToastStack)
    await flushPromises()

    await card.get('[data-test=attribute]').trigger('click')
    await card.get('[data-test=attribute-value]').setValue('Obolon')
    await card.get('[data-test=attribute-save]').trigger('submit')
    await vi.waitFor(() => expect(card.get('[data-test=attribute]').text()).toBe('Obolon'))
    desk.answers.set('PATCH /clients/1', after('Podil'))
    await vi.waitFor(() => expect(stack.text()).toContain('Undo'))
    await stack.get('button').trigger('click')

    await vi.waitFor(() => expect(card.get('[data-test=attribute]').text()).toBe('Podil'))
    const told = desk.sent.filter((one) => one.what === 'PATCH /clients/1').map((one) => one.body.attributes)
    expect(told).toEqual([{ district: 'Obolon' }, { district: 'Podil' }])
  })
})

describe('an offer', () => {
  // By the clock that the card reads, which ticks once a second.
  const offer = (left: number, now = useNow().value) => ({
    id: 2, conversation_id: 10, queue_id: 3, account_id: ME, state: 'open', reason: '',
    offered_at: new Date(now - 30_000 + left).toISOString(), ends_at: new Date(now + left).toISOString(),
  })

  it('says whose it is and how long, and is taken', async () => {
    desk.answers.set('POST /offers/2/accept', () => json(200, conversation({ assignee_id: ME })))
    const card = show(OfferCard, { offer: offer(20_000) })

    expect(card.text()).toContain('Oksana Hrytsenko')
    expect(card.get('[role=timer]').text()).toMatch(/0:(19|20)/)
    await card.get('[data-test=offer-accept]').trigger('click')
    await vi.waitFor(() => expect(desk.live.state.conversations.get(10)!.assignee_id).toBe(ME))
  })

  it('is passed on with a reason, and says so when it is gone', async () => {
    desk.answers.set('POST /offers/2/decline', () => json(409, { code: 'offer_gone' }))
    const card = show(OfferCard, { offer: offer(20_000) })
    await card.get('[data-test=offer-decline]').trigger('click')
    await card.get('[data-test=offer-reason]').setValue('On the phone')
    await card.get('[data-test=offer-let-go]').trigger('submit')

    await vi.waitFor(() => expect(useToasts().toasts[0]?.text).toBe('It went to somebody else'))
    expect(desk.sent.at(-1)!.body).toEqual({ reason: 'On the phone' })
  })
})

describe('a toast', () => {
  it('is heard, offers the way back once, and goes by itself', async () => {
    vi.useFakeTimers()
    const undo = vi.fn()
    const stack = show(ToastStack)
    useToasts().show('Closed', { action: { label: 'Undo', run: undo } })
    useToasts().show('Not sent', { tone: 'over' })
    await flushPromises()
    expect(stack.attributes('aria-live')).toBe('polite')
    expect(stack.findAll('[data-test=toast]')).toHaveLength(2)

    await stack.get('button').trigger('click')
    expect(undo).toHaveBeenCalledOnce()
    expect(stack.text()).toBe('Not sent')
    vi.advanceTimersByTime(6000)
    vi.useRealTimers()
    await flushPromises()
    expect(stack.findAll('[data-test=toast]')).toHaveLength(0)
  })
})
