/** The stretch of a long list that is drawn, moved by steps; indexes follow the entries. */

export interface Stretch {
  /** Index of the first entry that is drawn. */
  from: number
  /** Index behind the last one. */
  to: number
}

/** Entries drawn at the most, and how many join at once. */
export const MOST = 160
export const STEP = 20

/** The newest entries of a list. */
export function newestStretch(length: number): Stretch {
  return { from: Math.max(0, length - STEP * 3), to: length }
}

export function stretchAround(index: number, length: number): Stretch {
  return { from: Math.max(0, index - STEP * 2), to: Math.min(length, index + STEP * 2) }
}

/** Draw older entries; what is far below is let go. */
export function olderStretch(now: Stretch): Stretch {
  const from = Math.max(0, now.from - STEP)
  return { from, to: Math.min(now.to, from + MOST) }
}

export function newerStretch(now: Stretch, length: number): Stretch {
  const to = Math.min(length, now.to + STEP)
  return { from: Math.max(now.from, to - MOST), to }
}

/**
 * Follow the entries after the list has changed.
 *
 * `first` and `last` are the indexes at which the entries stand now that were drawn
 * first and last (-1: gone). A stretch that reached the end goes on reaching it, and
 * lets go of the oldest only while the eye is at the end (`atEnd`).
 */
export function followed(
  now: Stretch,
  first: number,
  last: number,
  length: number,
  reached: boolean,
  atEnd: boolean,
): Stretch {
  if (now.to === 0 || first < 0 || last < 0) return newestStretch(length)
  const to = reached ? length : last + 1
  return { from: Math.max(first, reached && atEnd ? to - MOST : 0), to }
}
