/** From whom remote pictures are always shown, on this screen. */

import { ref } from 'vue'

const KEY = 'rozmova.images'
const MOST = 500

function kept(): string[] {
  try {
    const read: unknown = JSON.parse(localStorage.getItem(KEY) ?? '[]')
    return Array.isArray(read) ? read.filter((one): one is string => typeof one === 'string') : []
  } catch {
    return []
  }
}

const trusted = ref(new Set(kept()))

export function showsAlways(address: string): boolean {
  return address !== '' && trusted.value.has(address.toLowerCase())
}

export function setAlways(address: string, always: boolean): void {
  const next = new Set(trusted.value)
  if (always) next.add(address.toLowerCase())
  else next.delete(address.toLowerCase())
  trusted.value = next
  try {
    localStorage.setItem(KEY, JSON.stringify([...next].slice(-MOST)))
  } catch {
    // Storage that is full or forbidden: the choice lives until the page is closed.
  }
}
