/** Entries of a timeline that were chosen, to be moved together. */

import { defineStore } from 'pinia'
import { computed, ref } from 'vue'

export const useSelection = defineStore('selection', () => {
  const conversationId = ref<number | null>(null)
  const chosen = ref<ReadonlySet<number>>(new Set())
  /** The entry that the keys stand on. */
  const at = ref<number | null>(null)
  /** Taps choose instead of opening. */
  const isChoosing = computed(() => chosen.value.size > 0)

  /** Begin anew for another conversation. */
  function enter(id: number): void {
    if (conversationId.value === id) return
    conversationId.value = id
    clear()
  }

  function toggle(id: number): void {
    const next = new Set(chosen.value)
    if (!next.delete(id)) next.add(id)
    chosen.value = next
    at.value = id
  }

  /** Stand on another entry; while choosing, it joins what is chosen. */
  function stand(id: number): void {
    at.value = id
    if (isChoosing.value) chosen.value = new Set([...chosen.value, id])
  }

  function clear(): void {
    chosen.value = new Set()
    at.value = null
  }

  return { conversationId, chosen, at, isChoosing, enter, toggle, stand, clear }
})
