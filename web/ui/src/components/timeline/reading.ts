/** Tells the hub how far this agent has read, once it is before his eyes. */

import { onMounted, onUnmounted, watch, type Ref } from 'vue'
import { conversations } from '@/api/hub'
import type { Item } from '@/api/types'
import { useLive } from '@/stores/live'

const SETTLE_MS = 400

export function useReading(conversation: () => number, items: Ref<Item[]>, isSeen: () => boolean): void {
  const live = useLive()
  let timer = 0
  let told = 0

  function plan(): void {
    window.clearTimeout(timer)
    timer = window.setTimeout(() => void tell(), SETTLE_MS)
  }

  async function tell(): Promise<void> {
    const id = conversation()
    if (document.hidden || !isSeen()) return
    const last = Math.max(0, ...items.value.filter((one) => one.conversation_id === id).map((one) => one.id))
    if (last <= told) return
    told = last
    // The log will say the same to this agent's other screens.
    await conversations.read(id, last).then(
      () => live.state.unread.delete(id),
      () => (told = 0),
    )
  }

  watch([items, isSeen, () => live.state.unread.get(conversation())], plan, { immediate: true })
  onMounted(() => document.addEventListener('visibilitychange', plan))
  onUnmounted(() => {
    window.clearTimeout(timer)
    document.removeEventListener('visibilitychange', plan)
  })
}
