/**
 * Languages of the workspace. A language is a file here (`pl.json`): nothing else names
 * it. Only the one in use is loaded; `tests/words.test.ts` compares them.
 */

import { createI18n } from 'vue-i18n'

type Texts = { [key: string]: string | Texts }

const FILES = import.meta.glob<Texts>('./*.json', { import: 'default' })

/** Ukrainian first: it is what most agents here read. */
export const LOCALES: readonly string[] = Object.keys(FILES)
  .map((path) => path.slice('./'.length, -'.json'.length))
  .sort()
  .reverse()

/** Call a language as it calls itself: "Українська". */
export function localeName(locale: string): string {
  const name = new Intl.DisplayNames([locale], { type: 'language' }).of(locale) ?? locale
  return name.charAt(0).toLocaleUpperCase(locale) + name.slice(1)
}

/** Choose among the Ukrainian forms: 1, 2–4, 5 and more. */
export function ukrainianForm(count: number, forms: number): number {
  const ten = Math.abs(count) % 10
  const hundred = Math.abs(count) % 100
  if (ten === 1 && hundred !== 11) return 0
  const few = ten >= 2 && ten <= 4 && (hundred < 12 || hundred > 14)
  return Math.min(few ? 1 : 2, forms - 1)
}

export const i18n = createI18n({
  legacy: false,
  locale: 'en',
  fallbackLocale: 'en',
  messages: {} as Record<string, Texts>,
  pluralRules: { uk: ukrainianForm },
  missingWarn: import.meta.env.DEV,
  fallbackWarn: import.meta.env.DEV,
})

const loaded = new Map<string, Promise<void>>()

/** Load a language, once; a file that did not come is asked for again the next time. */
export function loadLocale(locale: string): Promise<void> {
  const known = loaded.get(locale)
  if (known) return known
  const loading = (FILES[`./${locale}.json`]?.() ?? Promise.reject(new Error(locale))).then((texts) =>
    i18n.global.setLocaleMessage(locale, texts),
  )
  loaded.set(locale, loading)
  loading.catch(() => loaded.delete(locale))
  return loading
}
