/** Reads the wall whenever something happens, and knows how old what it shows is. */

import { computed, onMounted, onUnmounted, ref, shallowRef } from 'vue'
import { screen } from '@/api/hub'
import { Refusal } from '@/api/http'
import type { Wall } from '@/api/types'
import { useNow } from '@/stores/clock'
import { useLive } from '@/stores/live'

/** However many events there are, the wall is read so often at the most. */
const PAUSE_MS = 300
/** And so often even when nothing happens, as a sign of life. */
const BEAT_MS = 5000
const BEHIND_S = 10

export function useWall() {
  const live = useLive()
  const clock = useNow()
  const wall = shallowRef<Wall | null>(null)
  const isForbidden = ref(false)
  /** The hub's clock less ours. */
  const apart = ref(0)
  const heardAt = ref(Date.now())

  let isReading = false
  let isWanted = false
  let beat = 0
  let pause = 0
  let gone = false

  async function read(): Promise<void> {
    if (isReading || pause) {
      isWanted = true
      return
    }
    isReading = true
    isWanted = false
    const askedAt = Date.now()
    try {
      wall.value = await screen.wall()
      apart.value = Date.parse(wall.value.at) - Date.now()
      // It was true when it was asked for; the way back may have been long.
      heardAt.value = askedAt
      isForbidden.value = false
    } catch (error) {
      isForbidden.value = error instanceof Refusal && error.status === 403
    } finally {
      isReading = false
    }
    if (gone) return
    pause = window.setTimeout(() => {
      pause = 0
      if (isWanted) void read()
    }, PAUSE_MS)
  }

  const stopHearing = live.onEvents(() => void read())
  onMounted(() => {
    void read()
    beat = window.setInterval(() => void read(), BEAT_MS)
  })
  onUnmounted(() => {
    gone = true
    stopHearing()
    window.clearInterval(beat)
    window.clearTimeout(pause)
  })

  const now = computed(() => clock.value + apart.value)
  const behind = computed(() => Math.max(0, Math.floor((clock.value - heardAt.value) / 1000)))
  const isBehind = computed(() => behind.value >= BEHIND_S)

  return { wall, now, behind, isBehind, isForbidden }
}
