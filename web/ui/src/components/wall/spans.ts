import { clockSpan } from '@/words/times'

const TICKS_BELOW_S = 600

/** Short waits tick by seconds; long ones would only make the eye restless. */
export function wallSpan(seconds: number, words: (seconds: number) => string): string {
  return seconds < TICKS_BELOW_S ? clockSpan(seconds) : words(seconds)
}

export type Tone = '' | 'soon' | 'over'

const SOON_SHARE = 0.7
const FAR_BELOW = 0.8

export function waitTone(seconds: number, limit: number): Tone {
  if (seconds > limit) return 'over'
  return seconds > limit * SOON_SHARE ? 'soon' : ''
}

export function shareTone(share: number | null, goal: number): Tone {
  if (share === null || share >= goal) return ''
  return share < goal * FAR_BELOW ? 'over' : 'soon'
}
