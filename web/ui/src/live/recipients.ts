/** To whom a message of ours goes beside the client, and how far it is with each. Pure. */

import type { DeliveryStateName, Item } from '@/api/types'

export interface Recipient {
  address: string
  name: string
  role: 'to' | 'cc' | 'bcc'
  state: DeliveryStateName
  reason?: string
  /** A server on the way goes on trying. */
  delayed?: boolean
}

const MISSED: DeliveryStateName[] = ['failed', 'bounced']
const TRIED_AGAIN: DeliveryStateName[] = ['queued']

/** All recipients where there are several, the first one first. */
export function recipientsOf(item: Item): Recipient[] {
  const { recipients } = item.data
  return item.direction === 'out' && Array.isArray(recipients) ? (recipients as Recipient[]) : []
}

/** Everybody but the one whose delivery is the message's own. */
export function othersOf(item: Item): Recipient[] {
  return recipientsOf(item).slice(1)
}

/** Those of the others who have not got it. */
export function missedOf(item: Item): Recipient[] {
  return othersOf(item).filter((one) => MISSED.includes(one.state))
}

/** Those who were refused for now, once the message has left. */
export function waitingOf(item: Item): Recipient[] {
  return recipientsOf(item).filter((one) => TRIED_AGAIN.includes(one.state) && one.reason)
}

/** Those of the others whose servers do not take it yet. */
export function delayedOf(item: Item): Recipient[] {
  return othersOf(item).filter((one) => one.state === 'sent' && one.delayed)
}

/** Somebody is as he is typed: a name with the address, or the address alone. */
export function typed(one: { name: string; address: string }): string {
  return one.name ? `${one.name} <${one.address}>` : one.address
}

const ADDRESS = /^[^\s@<>,;:"()[\]\\]{1,64}@[^\s@<>,;:"()[\]\\]+\.[^\s@<>,;:"()[\]\\.]{2,}$|^[^\s@<>,;]+@localhost$/

/** Tell whether somebody can be written to like this. The hub has the last word. */
export function isAddress(text: string): boolean {
  const named = /^\s*(?:"?[^"<>]*"?\s*)<([^<>]+)>\s*$/.exec(text)
  return ADDRESS.test((named ? named[1]! : text).trim())
}

/** Take apart what was typed or pasted: people are parted by commas, semicolons, lines. */
export function split(text: string): string[] {
  return text
    .split(/[,;\n\t]+/)
    .map((one) => one.trim())
    .filter(Boolean)
}

/** Put people into a list; each is there once, whatever his letters' case. */
export function joined(list: string[], more: string[]): string[] {
  const seen = new Set(list.map((one) => one.toLowerCase()))
  const kept = [...list]
  for (const one of more) {
    if (seen.has(one.toLowerCase())) continue
    seen.add(one.toLowerCase())
    kept.push(one)
  }
  return kept
}
