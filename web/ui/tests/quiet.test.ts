/** What is drawn first is fetched first; the rest of a conversation comes behind it. */

import { flushPromises } from '@vue/test-utils'
import { beforeEach, expect, it, vi } from 'vitest'
import { shallowRef } from 'vue'
import { useNeighbours } from '@/components/list/neighbours'
import Talk from '@/components/timeline/Talk.vue'
import { useWriting } from '@/stores/writing'
import { client, conversation, defaults, item, json, newDesk, show, type Desk } from './desk'

const TIMELINE = 'GET /clients/1/timeline'
const page = (id: number) => json(200, { items: [item({ id, client_id: id, text: `Of ${id}` })], older: null, newer: null })

let desk: Desk
let answer: () => void
beforeEach(async () => {
  desk = await newDesk()
  const fetched = globalThis.fetch
  const held = new Promise<void>((then) => (answer = then))
  vi.stubGlobal('fetch', async (path: string, init: RequestInit) => {
    const said = await fetched(path, init)
    if (path.includes('/clients/1/timeline')) await held
    return said
  })
  for (const path of ['/canned', '/macros', '/conversations/10/links', '/conversations/10/drafts']) desk.answers.set(`GET ${path}`, () => json(200, []))
  desk.answers.set(TIMELINE, () => page(1))
  desk.answers.set('GET /conversations/10/reply-defaults', () => json(200, defaults()))
  desk.answers.set('GET /conversations/10', () =>
    json(200, { conversation: conversation(), client: client(), drafts: [{ kind: 'note', text: 'Begun elsewhere' }] }),
  )
})

/** What belongs to all conversations is read once, whenever. */
const asked = (): string[] => desk.sent.map(({ what }) => what.split('?')[0]!).filter((one) => !/canned|macros/.test(one))

it('asks for the timeline alone, and for the rest when it is drawn', async () => {
  show(Talk, { conversationId: 10 })
  await flushPromises()
  await new Promise((then) => setTimeout(then, 150))
  expect(asked()).toEqual([TIMELINE])

  answer()
  await vi.waitFor(() => expect(asked()).toContain('GET /conversations/10/reply-defaults'))
  await vi.waitFor(() => expect(useWriting().of(10).note).toBe('Begun elsewhere'))
  // What he has begun to write comes with the conversation.
  expect(asked().filter((one) => one.includes('/drafts/'))).toEqual([])
})

it('asks nothing more for a conversation that one has only passed', async () => {
  const passed = show(Talk, { conversationId: 10 })
  await flushPromises()
  passed.unmount()
  answer()
  await new Promise((then) => setTimeout(then, 150))

  expect(asked()).not.toContain('GET /conversations/10/reply-defaults')
})

it('reads the neighbours ahead', async () => {
  answer()
  for (const [id, client_id] of [[9, 2], [11, 3]] as const) desk.live.state.conversations.set(id, conversation({ id, client_id }))
  for (const id of [2, 3]) desk.answers.set(`GET /clients/${id}/timeline`, () => page(id))
  const chosen = shallowRef<number | null>(null)
  useNeighbours(() => chosen.value, shallowRef([9, 10, 11]))

  chosen.value = 10

  await vi.waitFor(() => expect(asked().filter((one) => one.endsWith('/timeline'))).toEqual(['GET /clients/3/timeline', 'GET /clients/2/timeline']))
})
