/** What a mail's entry holds beside its text; see docs/timeline.md. */

import type { Item } from '@/api/types'

export interface Person {
  name: string
  address: string
}

export interface Invitation {
  what: string
  summary: string
  starts: string
  ends: string
  zone: string
  location: string
  organizer: string
  repeats: boolean
}

function people(value: unknown): Person[] {
  if (!Array.isArray(value)) return []
  return value.flatMap((one: unknown) => {
    const { name, address } = (one ?? {}) as Record<string, unknown>
    return typeof address === 'string' ? [{ name: typeof name === 'string' ? name : '', address }] : []
  })
}

export const alsoTo = (item: Item): Person[] => people(item.data.also_to)
export const copiesTo = (item: Item): Person[] => people(item.data.cc)

/** Where answers are asked for, if that is not where the mail came from. */
export function answersTo(item: Item): Person | null {
  const given = item.data.reply_to
  return given ? (people([given])[0] ?? null) : null
}

export function invitationsOf(item: Item): Invitation[] {
  const given = item.data.invitations
  if (!Array.isArray(given)) return []
  return given.map((one: unknown) => {
    const said = (one ?? {}) as Record<string, unknown>
    const text = (name: string): string => (typeof said[name] === 'string' ? said[name] : '')
    return {
      what: text('what'),
      summary: text('summary'),
      starts: text('starts'),
      ends: text('ends'),
      zone: text('zone'),
      location: text('location'),
      organizer: text('organizer'),
      repeats: said.repeats === true,
    }
  })
}

export const written = (one: Person): string => (one.name ? `${one.name} <${one.address}>` : one.address)
