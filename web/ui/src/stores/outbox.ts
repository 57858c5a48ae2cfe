/**
 * Answers that an agent let wait for the connection, in this browser's storage.
 *
 * Each keeps the key of its press until the hub has taken or refused it, so that it is
 * one answer however often it is tried: by this page, after a reload, by another tab.
 */

import type { Press } from '@/live/writing'

const PREFIX = 'rozmova.outbox'

function place(account: number, conversation: number): string {
  return `${PREFIX}.${account}.${conversation}`
}

/** Keep it; tells whether there was room. */
export function keepPress(account: number, conversation: number, press: Press): boolean {
  try {
    localStorage.setItem(place(account, conversation), JSON.stringify(press))
    return true
  } catch {
    return false
  }
}

export function dropPress(account: number, conversation: number): void {
  localStorage.removeItem(place(account, conversation))
}

/** All that wait, by conversation. */
export function keptPresses(account: number): Map<number, Press> {
  const found = new Map<number, Press>()
  const start = `${PREFIX}.${account}.`
  for (let index = 0; index < localStorage.length; index += 1) {
    const name = localStorage.key(index) ?? ''
    if (!name.startsWith(start)) continue
    try {
      found.set(Number(name.slice(start.length)), JSON.parse(localStorage.getItem(name) ?? '') as Press)
    } catch {
      localStorage.removeItem(name)
    }
  }
  return found
}
