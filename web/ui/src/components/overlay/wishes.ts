import { watch } from 'vue'
import { useDesk, type Wish } from '@/stores/desk'

/** Do something when a key or the palette asks for it. */
export function onWish(hear: (what: Wish) => void): void {
  const desk = useDesk()
  watch(
    () => desk.wish,
    (wish) => wish && hear(wish.what),
  )
}
