/**
 * Tells of a notice beyond the list: a tone, and a notification of the system. Of
 * several tabs only one does it: the one that holds the lock.
 */

import type { HubEvent, Notification as Notice } from '@/api/types'
import type { Tone, Wishes } from '@/api/notices'

/** Frequencies in Hz and when each begins, in seconds. */
const TONES: Record<Tone, { at: number; hz: number; lasts: number }[]> = {
  bell: [
    { at: 0, hz: 880, lasts: 0.35 },
    { at: 0.09, hz: 1318, lasts: 0.5 },
  ],
  drop: [
    { at: 0, hz: 1046, lasts: 0.16 },
    { at: 0.1, hz: 622, lasts: 0.3 },
  ],
  knock: [
    { at: 0, hz: 196, lasts: 0.09 },
    { at: 0.14, hz: 196, lasts: 0.09 },
  ],
}
const LOUDEST = 0.35
const LOCK = 'rozmova-alerts'

let context: AudioContext | null = null

/** Play a tone; a browser that forbids it until the first key stays silent. */
export async function play(tone: Tone, volume: number): Promise<void> {
  if (volume <= 0) return
  context ??= new AudioContext()
  if (context.state === 'suspended') await context.resume().catch(() => undefined)
  if (context.state !== 'running') return
  const now = context.currentTime
  for (const { at, hz, lasts } of TONES[tone]) {
    const voice = context.createOscillator()
    const gain = context.createGain()
    voice.type = 'sine'
    voice.frequency.value = hz
    gain.gain.setValueAtTime(0.0001, now + at)
    gain.gain.exponentialRampToValueAtTime((LOUDEST * volume) / 100, now + at + 0.015)
    gain.gain.exponentialRampToValueAtTime(0.0001, now + at + lasts)
    voice.connect(gain).connect(context.destination)
    voice.start(now + at)
    voice.stop(now + at + lasts)
  }
}

export interface Alerting {
  wishes: () => Wishes | null
  words: (notice: Notice) => string
  open: (notice: Notice) => void
}

/** Name what the system shows of a notice, so that it can be replaced and taken away. */
export const tagOf = (notice: Notice): string => `notice-${notice.id}`

/** Wait to be the one tab that tells, then hear events; gives what hears them. */
export function alerts(given: Alerting): { hear: (events: HubEvent[]) => void; stop: () => void } {
  const shown = new Map<number, Notification>()
  let isTelling = !('locks' in navigator)
  let release: () => void = () => undefined
  if (!isTelling) {
    void navigator.locks.request(LOCK, () => {
      isTelling = true
      return new Promise<void>((done) => (release = done))
    })
  }

  function tell(notice: Notice, ways: string[]): void {
    const wishes = given.wishes()
    if (ways.includes('sound') && wishes) void play(wishes.tone, wishes.volume)
    if (!ways.includes('desktop') || !('Notification' in window)) return
    if (Notification.permission !== 'granted' || document.hasFocus()) return
    const seen = new Notification(given.words(notice), { tag: tagOf(notice), silent: true })
    seen.onclick = () => {
      window.focus()
      seen.close()
      given.open(notice)
    }
    shown.set(notice.id, seen)
  }

  function forget(notice: Notice): void {
    shown.get(notice.id)?.close()
    shown.delete(notice.id)
    // What was pushed to this browser goes away as well.
    void navigator.serviceWorker?.getRegistration().then(async (worker) => {
      for (const one of (await worker?.getNotifications({ tag: tagOf(notice) })) ?? []) one.close()
    })
  }

  return {
    hear(events) {
      for (const event of events) {
        const notice = event.state.notification
        if (!notice) continue
        if (event.kind === 'notification.read') forget(notice)
        else if (event.kind === 'notification.added' && isTelling) tell(notice, (event.data.ways as string[] | undefined) ?? [])
      }
    },
    stop: () => release(),
  }
}
