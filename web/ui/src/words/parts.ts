/** Splits a text into plain words, links and the names of colleagues. */

export type Part =
  | { kind: 'text'; text: string }
  | { kind: 'name'; text: string }
  | { kind: 'link'; text: string; href: string }

// Only http and https: nothing that a click could run.
const LINK = /https?:\/\/[^\s<>"'`]+/giu
const TAIL = /[.,;:!?)\]}»”’]+$/u

export function textParts(text: string, names: string[]): Part[] {
  const parts: Part[] = []
  let at = 0
  for (const found of text.matchAll(LINK)) {
    const link = found[0].replace(TAIL, '')
    parts.push(...named(text.slice(at, found.index), names))
    parts.push({ kind: 'link', text: link, href: link })
    at = found.index + link.length
  }
  parts.push(...named(text.slice(at), names))
  return parts
}

function named(text: string, names: string[]): Part[] {
  if (!text) return []
  if (!text.includes('@')) return [{ kind: 'text', text }]
  const longestFirst = [...names].sort((one, other) => other.length - one.length)
  const parts: Part[] = []
  let plain = ''
  for (let at = 0; at < text.length; ) {
    const name = text[at] === '@' ? longestFirst.find((one) => text.startsWith(one, at + 1)) : undefined
    if (!name) {
      plain += text[at]
      at += 1
      continue
    }
    if (plain) parts.push({ kind: 'text', text: plain })
    plain = ''
    parts.push({ kind: 'name', text: `@${name}` })
    at += name.length + 1
  }
  if (plain) parts.push({ kind: 'text', text: plain })
  return parts
}
