/** Hours on the wall: as they are typed, drawn and told. */

import type { Span } from '@/api/admin'

export const DAY = 24 * 60

/** "09:30"; the end of the day is "24:00". */
export function shown(minutes: number): string {
  return `${String(Math.floor(minutes / 60)).padStart(2, '0')}:${String(minutes % 60).padStart(2, '0')}`
}

/** Minutes of "09:30", "9.30", "930" or "9"; null if it is no time of a day. */
export function read(text: string): number | null {
  const found = /^\s*(\d{1,2})(?:[:.\s]?([0-5]\d))?\s*$/.exec(text)
  if (!found) return null
  const minutes = Number(found[1]) * 60 + Number(found[2] ?? 0)
  return minutes <= DAY ? minutes : null
}

export interface Bar {
  start: number
  length: number
}

/** What of a day is open, the rest of the night before included. */
export function bars(week: Span[][], day: number): Bar[] {
  const drawn: Bar[] = []
  for (const [opens, closes] of week[(day + 6) % 7] ?? []) {
    if (closes <= opens && closes > 0) drawn.push({ start: 0, length: closes })
  }
  for (const [opens, closes] of week[day] ?? []) {
    drawn.push({ start: opens, length: (closes <= opens ? DAY : closes) - opens })
  }
  return drawn
}

/** Minutes of a week that are open. */
export function total(week: Span[][]): number {
  return week.flat().reduce((sum, [opens, closes]) => sum + closes - opens + (closes <= opens ? DAY : 0), 0)
}

/** The moment at which a wall in `zone` shows `local` ("2026-11-20T18:30"). */
export function momentOf(local: string, zone: string): Date {
  const wanted = Date.parse(`${local}:00Z`)
  // Twice: near a change of clocks the first guess may stand on its other side.
  let guess = wanted - offset(wanted, zone)
  guess = wanted - offset(guess, zone)
  return new Date(guess)
}

function offset(at: number, zone: string): number {
  const parts = new Intl.DateTimeFormat('en-US', {
    timeZone: zone,
    hourCycle: 'h23',
    year: 'numeric',
    month: 'numeric',
    day: 'numeric',
    hour: 'numeric',
    minute: 'numeric',
  }).formatToParts(at)
  const of = (type: string): number => Number(parts.find((one) => one.type === type)?.value)
  return Date.UTC(of('year'), of('month') - 1, of('day'), of('hour'), of('minute')) - at + (at % 60_000)
}
