/**
 * Whether the hub has a newer workspace than this page is.
 *
 * The page's start is asked for anew and compared by the name of its script, which
 * follows its content. Nothing is ever loaded in silence: the agent chooses when. Only
 * who goes to a page whose files are gone gets it by a full load; what he was writing is
 * kept in this browser before the hub has it (`drafts.ts`).
 */

import { defineStore } from 'pinia'
import { ref, watch } from 'vue'
import { router } from '@/router'
import { useLive } from './live'

const EVERY_MS = 10 * 60_000
/** Coming back to the tab asks at most so often. */
const AT_MOST_MS = 60_000
const TRIED = 'rozmova.loaded-for'

/** Give the address of the script that a page begins with. */
export function scriptOf(html: string): string {
  const page = new DOMParser().parseFromString(html, 'text/html')
  return page.querySelector('script[type=module][src]')?.getAttribute('src') ?? ''
}

export const useVersion = defineStore('version', () => {
  const live = useLive()
  const own = scriptOf(document.documentElement.outerHTML)
  /** A newer workspace is there, and it was not put off. */
  const isNew = ref(false)
  /** A part of this one could not be loaded any more. */
  const isBroken = ref(false)
  let newest = own
  let putOff = ''
  let askedAt = Date.now()

  async function check(): Promise<boolean> {
    askedAt = Date.now()
    try {
      const answer = await fetch('/', { cache: 'no-cache' })
      if (answer.ok) newest = scriptOf(await answer.text()) || newest
    } catch {
      // The line says that the hub is away.
    }
    isNew.value = newest !== own && newest !== putOff
    return newest !== own
  }

  function later(): void {
    putOff = newest
    isNew.value = isBroken.value = false
  }

  function reload(): void {
    location.reload()
  }

  /** A page's files did not come: load it whole, once for each new version. */
  async function lost(path: string): Promise<void> {
    if (!(await check())) return
    if (sessionStorage.getItem(TRIED) !== newest) {
      sessionStorage.setItem(TRIED, newest)
      location.assign(path)
    } else isBroken.value = true
  }

  // A hub that is started anew cuts the line first.
  watch(
    () => live.isOnline,
    (isOn, wasOn) => isOn && !wasOn && void check(),
  )
  window.setInterval(() => !document.hidden && void check(), EVERY_MS)
  document.addEventListener('visibilitychange', () => {
    if (!document.hidden && Date.now() - askedAt > AT_MOST_MS) void check()
  })
  window.addEventListener('vite:preloadError', () => void check().then((is) => (isBroken.value = is)))
  router.onError((_, to) => void lost(to.fullPath))

  return { isNew, isBroken, check, later, reload }
})
