/** Holds a list still while the pointer is on it. */

import { computed, shallowRef, watch, type Ref } from 'vue'

/**
 * Give the rows to draw, by id: the live ones, or while held, those of that moment.
 *
 * A held row still shows what its conversation is now; only order and membership wait.
 * `fresh` counts the rows that wait to be let in. `resets` names what makes it another
 * list altogether, or another page of it, which nothing holds back.
 */
export function useHeld(rows: Ref<number[]>, resets: () => unknown[]) {
  const held = shallowRef<number[] | null>(null)

  const shown = computed(() => {
    if (!held.value) return rows.value
    const known = new Set(held.value)
    // What comes in at the end pushes nothing: older pages, or the first rows at all.
    const last = held.value.length ? rows.value.findLastIndex((one) => known.has(one)) : -1
    return [...held.value, ...rows.value.slice(last + 1).filter((one) => !known.has(one))]
  })

  const fresh = computed(() => {
    if (!held.value) return 0
    const drawn = new Set(shown.value)
    return rows.value.filter((one) => !drawn.has(one)).length
  })

  function hold(): void {
    held.value ??= rows.value
  }

  function release(): void {
    held.value = null
  }

  watch(resets, () => {
    if (held.value) held.value = rows.value
  })

  return { shown, fresh, hold, release }
}
