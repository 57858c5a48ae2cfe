/** Short messages that go by themselves. */

import { defineStore } from 'pinia'
import { ref } from 'vue'

export interface Toast {
  id: number
  text: string
  tone: 'plain' | 'over'
  action?: { label: string; run: () => void }
  /** A second way out. */
  other?: { label: string; run: () => void }
}

const SHOWN_MS = 6000

export const useToasts = defineStore('toasts', () => {
  const toasts = ref<Toast[]>([])
  let last = 0

  function drop(id: number): void {
    toasts.value = toasts.value.filter((one) => one.id !== id)
  }

  function show(text: string, more: Partial<Pick<Toast, 'tone' | 'action' | 'other'>> = {}): void {
    const id = (last += 1)
    toasts.value = [...toasts.value.slice(-2), { id, text, tone: 'plain', ...more }]
    window.setTimeout(() => drop(id), SHOWN_MS)
  }

  return { toasts, show, drop }
})
