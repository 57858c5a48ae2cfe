import { describe, expect, it } from 'vitest'
import { isAddress, joined, missedOf, othersOf, split } from '@/live/recipients'
import { firstWords } from '@/words/headings'
import { newWriting, obstacle } from '@/live/writing'
import type { Conversation, Item } from '@/api/types'

const ours = (recipients: unknown): Item => ({ direction: 'out', data: { recipients } }) as unknown as Item
const one = { address: 'a@x.test', name: '', role: 'to', state: 'sent' }
const two = { address: 'b@x.test', name: 'B', role: 'cc', state: 'bounced', reason: '550' }

describe('recipients', () => {
  it('are apart from the one whose delivery is the message’s own', () => {
    expect(othersOf(ours([one, two]))).toEqual([two])
    expect(missedOf(ours([one, two]))).toEqual([two])
    expect(othersOf(ours(undefined))).toEqual([])
    expect(othersOf({ ...ours([one, two]), direction: 'in' } as Item)).toEqual([])
  })

  it.each([
    ['a@b.example', true],
    ['Anna <a@b.example>', true],
    ['"Koval, Anna" <a@b.example>', true],
    ['олена@пошта.укр', true],
    ['a@b', false],
    ['a b@c.example', false],
    ['a@b.example, c@d.example', false],
    ['nobody', false],
  ])('%s is an address: %s', (text, is) => expect(isAddress(text)).toBe(is))

  it('are taken apart and joined once', () => {
    expect(split('a@x.test, B <b@x.test>;\nc@x.test')).toEqual(['a@x.test', 'B <b@x.test>', 'c@x.test'])
    expect(joined(['a@x.test'], ['A@x.test', 'b@x.test'])).toEqual(['a@x.test', 'b@x.test'])
  })
})

describe('a mail', () => {
  const conversation = { id: 1 } as Conversation
  const mail = () => ({ ...newWriting(1), channel: 'email', addressId: 1, reply: 'Hi' })

  it('goes out only to addresses', () => {
    expect(obstacle(mail(), conversation)).toBeNull()
    expect(obstacle({ ...mail(), cc: ['nobody'] }, conversation)).toBe('address')
  })

  it('is handed on to somebody, with words or without', () => {
    const handed = { ...mail(), answer: 'forward' as const, forwards: 7, reply: '' }
    expect(obstacle(handed, conversation)).toBe('people')
    expect(obstacle({ ...handed, to: ['a@x.test'] }, conversation)).toBeNull()
  })
})

describe('a conversation without a subject', () => {
  it('is called by its first words, cut between them', () => {
    expect(firstWords('  Where is\nmy parcel? ')).toBe('Where is my parcel?')
    expect(firstWords('word '.repeat(30))).toMatch(/^(word ){10,11}word…$/)
    expect(firstWords('x'.repeat(90))).toBe(`${'x'.repeat(60)}…`)
  })
})
