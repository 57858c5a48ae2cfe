/** The keys go to a neighbour next, most often: what was said with him is there before. */

import { watch, type Ref } from 'vue'
import { quiet } from '@/api/quiet'
import { useLive } from '@/stores/live'
import { useTimelines } from '@/stores/timelines'

/** Neighbours are read when all that is looked at is there. */
const AFTER_MS = 150

export function useNeighbours(chosen: () => number | null, shown: Ref<number[]>): void {
  const live = useLive()
  const timelines = useTimelines()

  watch(chosen, async (id) => {
    if (id === null) return
    await quiet()
    await new Promise((then) => setTimeout(then, AFTER_MS))
    for (const by of [1, -1]) {
      const one = live.state.conversations.get(shown.value[shown.value.indexOf(id) + by] ?? -1)
      // Whoever holds the key down passes by.
      if (chosen() === id && !document.hidden && one) await timelines.ahead(one.client_id)
    }
  })
}
