/** Cut a passage at its marks. Pure. */

import type { Passage } from '@/api/search'

export interface Piece {
  text: string
  isFound: boolean
}

export function pieces(passage: Passage): Piece[] {
  const cut: Piece[] = []
  let at = 0
  for (const { start, end } of passage.marks) {
    if (start < at || end <= start) continue
    if (start > at) cut.push({ text: passage.text.slice(at, start), isFound: false })
    cut.push({ text: passage.text.slice(start, end), isFound: true })
    at = end
  }
  if (at < passage.text.length) cut.push({ text: passage.text.slice(at), isFound: false })
  return cut
}
