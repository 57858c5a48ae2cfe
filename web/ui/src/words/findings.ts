/** What channels found out about themselves, in words. The hub's own commands say the same. */

import type { Finding } from '@/api/types'
import en from '../../../checks/words/en.json'
import uk from '../../../checks/words/uk.json'

interface Catalogue {
  checks: Record<string, string>
  says: Record<string, string>
  do: Record<string, string>
}

const CATALOGUES: Record<string, Catalogue> = { en, uk }
const TAGS: Record<string, string> = { en: 'en-GB', uk: 'uk-UA' }
const DAY = /^\d{4}-\d{2}-\d{2}$/u

function words(locale: string): Catalogue {
  return CATALOGUES[locale] ?? en
}

/** What was tried. A channel from elsewhere may try what has no name here. */
export function checkName(finding: Finding, locale: string): string {
  const known = words(locale).checks
  return known[finding.check] ?? known[finding.check.split('.')[0] ?? ''] ?? finding.check
}

/** How it is. */
export function says(finding: Finding, locale: string): string {
  const known = words(locale).says
  return filled(known[finding.code] ?? known.unknown ?? '', finding, locale)
}

/** What to do about it; empty where there is nothing to do. */
export function toDo(finding: Finding, locale: string): string {
  const known = words(locale)
  const code = finding.code in known.says ? finding.code : 'unknown'
  return filled(known.do[code] ?? '', finding, locale)
}

function filled(text: string, finding: Finding, locale: string): string {
  const facts: Record<string, string | number> = { ...finding.facts, code: finding.code }
  return text.replace(/\{(\w+)\}/gu, (_, name: string) => shown(facts[name], locale)).trim()
}

function shown(value: string | number | undefined, locale: string): string {
  const tag = TAGS[locale] ?? 'en-GB'
  if (typeof value === 'number') return new Intl.NumberFormat(tag).format(value)
  if (value && DAY.test(value)) {
    return new Intl.DateTimeFormat(tag, { dateStyle: 'long', timeZone: 'UTC' }).format(new Date(value))
  }
  return value ?? ''
}
