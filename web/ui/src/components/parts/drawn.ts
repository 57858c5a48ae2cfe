/** Parts of a page that are fetched when the page stands. */

import { onMounted, onUnmounted } from 'vue'
import { quiet } from '@/api/quiet'

/** Do this once what goes first is drawn; who has gone on by then is spared it. */
export function onceDrawn(work: () => unknown): void {
  let isGone = false
  onMounted(async () => {
    await quiet()
    if (!isGone) await work()
  })
  onUnmounted(() => (isGone = true))
}
