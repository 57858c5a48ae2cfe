/**
 * A part of a list that may be very long: rows in order, pages joined below and above.
 *
 * Pages that are far from what is looked at are let go; `dropped` says how many rows
 * stand above the first one, so that every row keeps its place. Pure.
 */

import { compareKeys, type Key } from './sorting'

export interface Row {
  id: number
  key: Key
}

interface Loaded {
  /** Where the page began on the hub; null: at the top. */
  start: string | null
  /** Of its last row when it was read. */
  end: Key | null
}

export interface Listing {
  rows: Row[]
  dropped: number
  /** Pages from the top; the first `gone` of them were let go. */
  pages: Loaded[]
  gone: number
  /** Where the next page begins; null: the list ends here. Undefined: nothing was read. */
  next: string | null | undefined
}

/** Pages that are kept at once. */
export const KEPT_PAGES = 12

export function newListing(): Listing {
  return { rows: [], dropped: 0, pages: [], gone: 0, next: undefined }
}

/** Take in the page that follows. */
export function joinBelow(list: Listing, rows: Row[], start: string | null, next: string | null): void {
  for (const row of rows) insert(list, row)
  list.pages.push({ start, end: rows.at(-1)?.key ?? list.pages.at(-1)?.end ?? null })
  list.next = next
  const { end } = list.pages.at(-1)!
  // What is known of further down has gaps; its pages bring it.
  if (next && end) list.rows = list.rows.filter((row) => compareKeys(row.key, end) <= 0)
  if (list.pages.length - list.gone > KEPT_PAGES) letGoTop(list)
}

/** Where the page begins that was let go last above; undefined: none was. */
export function startAbove(list: Listing): string | null | undefined {
  return list.gone > 0 ? list.pages[list.gone - 1]!.start : undefined
}

/** Take in the page above again. */
export function joinAbove(list: Listing, rows: Row[]): void {
  const before = list.rows.length
  list.gone -= 1
  const end = list.pages[list.gone]!.end
  for (const row of rows) if (!end || compareKeys(row.key, end) <= 0) insert(list, row)
  list.dropped = list.gone === 0 ? 0 : Math.max(0, list.dropped - (list.rows.length - before))
  if (list.pages.length - list.gone > KEPT_PAGES) letGoBottom(list)
}

/** A conversation is in the list now, there; gives whether anything that is shown moved. */
export function place(list: Listing, row: Row): boolean {
  const at = list.rows.findIndex((one) => one.id === row.id)
  if (at >= 0 && compareKeys(list.rows[at]!.key, row.key) === 0) return false
  if (at >= 0) list.rows.splice(at, 1)
  const top = list.gone > 0 ? list.pages[list.gone - 1]!.end : null
  if (top && compareKeys(row.key, top) <= 0) {
    list.dropped += 1
    return true
  }
  const bottom = list.pages.at(-1)?.end ?? null
  // Below what was read, others may be missing: it comes with its page.
  if (list.next && bottom && compareKeys(row.key, bottom) > 0) return at >= 0
  insert(list, row)
  return true
}

/** A conversation is not in the list any more. */
export function remove(list: Listing, id: number): boolean {
  const at = list.rows.findIndex((one) => one.id === id)
  if (at < 0) return false
  list.rows.splice(at, 1)
  return true
}

function letGoTop(list: Listing): void {
  const { end } = list.pages[list.gone]!
  let many = 0
  while (end && many < list.rows.length && compareKeys(list.rows[many]!.key, end) <= 0) many += 1
  list.rows.splice(0, many)
  list.dropped += many
  list.gone += 1
}

function letGoBottom(list: Listing): void {
  const last = list.pages.pop()!
  const end = list.pages.at(-1)!.end
  list.next = last.start
  if (end) list.rows = list.rows.filter((row) => compareKeys(row.key, end) <= 0)
}

function insert(list: Listing, row: Row): void {
  let low = 0
  let high = list.rows.length
  while (low < high) {
    const middle = (low + high) >> 1
    if (compareKeys(list.rows[middle]!.key, row.key) < 0) low = middle + 1
    else high = middle
  }
  if (list.rows[low]?.id === row.id) list.rows[low] = row
  else list.rows.splice(low, 0, row)
}
