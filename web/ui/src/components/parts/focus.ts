/** What has the focus may go away under it; then it goes to what stands in its place. */

import { nextTick, watch, type WatchSource } from 'vue'

/**
 * @param changes what takes parts away when it changes
 * @param within where those parts are; a focus elsewhere is nobody's business here
 * @param back gives the focus to what is there now
 */
export function useFocusBack(changes: WatchSource | WatchSource[], within: () => HTMLElement | null | undefined, back: () => void): void {
  watch(changes, () => {
    const had = document.activeElement
    if (had === document.body || !within()?.contains(had)) return
    void nextTick(() => document.activeElement === document.body && back())
  })
}
