/** Places in ready answers, filled in as the hub does it; and how one is found. Pure. */

import type { Canned, CannedText } from '@/api/answers'

/** All places that there are; the hub's own list is `hub/answers/places.py`. */
export const PLACES = [
  'client.name',
  'client.first_name',
  'agent.name',
  'agent.first_name',
  'queue',
  'company',
  'order.number',
  'order.title',
  'link:order',
  'link:portal',
] as const

const KNOWN = new Set<string>(PLACES)
const PLACE = /\{([a-z][a-z_.:]{0,30})(\|[^{}|]{0,100})?\}/g

export type Values = Record<string, string>

/** Put the values into their places; what has neither value nor words stays. */
export function fill(template: string, values: Values): string {
  return template.replace(PLACE, (whole, name: string, words: string | undefined) => {
    if (!KNOWN.has(name)) return whole
    const value = (values[name] ?? '').replaceAll('{', '(').replaceAll('}', ')').replaceAll(/\s+/g, ' ').trim()
    if (value) return value
    return words === undefined ? whole : words.slice(1)
  })
}

const ESCAPES: Record<string, string> = { '&': '&amp;', '<': '&lt;', '>': '&gt;', '"': '&quot;', "'": '&#39;' }

export function escaped(text: string): string {
  return text.replaceAll(/[&<>"']/g, (one) => ESCAPES[one] ?? one)
}

/** Fill in HTML: a value is words there and never a tag. */
export function fillHtml(template: string, values: Values): string {
  return fill(template, Object.fromEntries(Object.entries(values).map(([name, one]) => [name, escaped(one)])))
}

/** The places that a text still has, each once. Nothing with one is sent. */
export function unfilled(text: string): string[] {
  return [...new Set([...text.matchAll(PLACE)].map((found) => found[1]!).filter((one) => KNOWN.has(one)))]
}

/** The text in the first of these languages that there is, or any. */
export function variant(one: Canned, ...locales: (string | null | undefined)[]): CannedText {
  for (const locale of locales) {
    const found = one.texts.find((text) => text.locale === locale)
    if (found) return found
  }
  return one.texts[0]!
}

/** How well something typed fits a text: its letters in their order; null: not at all. */
export function fit(typed: string, text: string): number | null {
  const wanted = typed.toLocaleLowerCase()
  const within = text.toLocaleLowerCase()
  const at = within.indexOf(wanted)
  if (at >= 0) return at === 0 || /\P{L}/u.test(within[at - 1] ?? '') ? 0 : 1
  let place = -1
  let gaps = 0
  for (const letter of wanted) {
    const next = within.indexOf(letter, place + 1)
    if (next < 0) return null
    if (place >= 0) gaps += next - place - 1
    place = next
  }
  return gaps <= wanted.length * 3 ? 2 + gaps : null
}

/** Find ready answers by name, folder and text: the best first, then the most used. */
export function search(all: Canned[], typed: string, channel: string | null): Canned[] {
  const fitting = all.filter((one) => !one.channels.length || !channel || one.channels.includes(channel))
  const wanted = typed.trim()
  if (!wanted) return fitting
  const graded = fitting.flatMap((one) => {
    const byName = fit(wanted, one.title) ?? fit(wanted, `${one.folder} ${one.title}`)
    const inText = one.texts.some((text) => text.text.toLocaleLowerCase().includes(wanted.toLocaleLowerCase()))
    const grade = byName ?? (inText ? 50 : null)
    return grade === null ? [] : [{ one, grade }]
  })
  return graded.sort((a, b) => a.grade - b.grade).map(({ one }) => one)
}
