/** Turns a window of entries into the lines that the screen draws. Pure. */

import type { Item } from '@/api/types'
import { dayOf } from '@/words/times'

export type Line =
  | { kind: 'day'; key: string; at: string }
  | { kind: 'new'; key: string; count: number }
  | { kind: 'item'; key: string; item: Item }
  | { kind: 'changes'; key: string; items: Item[] }

/**
 * Group by day, fold changes in a row, and put the divider before what is new.
 *
 * `newFrom` is the first entry that was not looked at, `newCount` how many there are.
 */
export function linesOf(items: Item[], newFrom: number | null, newCount: number): Line[] {
  const lines: Line[] = []
  let day = ''
  for (const item of items) {
    const itsDay = dayOf(item.at)
    if (itsDay !== day) {
      day = itsDay
      lines.push({ kind: 'day', key: `day-${itsDay}`, at: item.at })
    }
    if (item.id === newFrom) lines.push({ kind: 'new', key: 'new', count: newCount })
    const last = lines.at(-1)
    if (item.kind !== 'change') lines.push({ kind: 'item', key: `item-${item.id}`, item })
    else if (last?.kind === 'changes') last.items.push(item)
    else lines.push({ kind: 'changes', key: `changes-${item.id}`, items: [item] })
  }
  return lines
}

/** Use the lines of before where nothing changed, so that nothing is drawn again for them. */
export function keepSame(lines: Line[], before: Line[]): Line[] {
  const known = new Map(before.map((line) => [line.key, line]))
  return lines.map((line) => {
    const old = known.get(line.key)
    return old && isSame(old, line) ? old : line
  })
}

function isSame(old: Line, line: Line): boolean {
  if (old.kind === 'day') return true
  if (old.kind === 'new') return line.kind === 'new' && old.count === line.count
  if (old.kind === 'item') return line.kind === 'item' && old.item === line.item
  return (
    line.kind === 'changes' &&
    old.items.length === line.items.length &&
    old.items.every((item, at) => item === line.items[at])
  )
}
