import { describe, expect, it } from 'vitest'
import { ukrainianForm } from '@/i18n'
import en from '@/i18n/en.json'
import uk from '@/i18n/uk.json'
import { textParts } from '@/words/parts'
import { initials } from '@/words/people'
import { clockSpan, moneyIn } from '@/words/times'

type Texts = { [key: string]: string | Texts }

function flat(texts: Texts, path = ''): Map<string, string> {
  const found = new Map<string, string>()
  for (const [key, value] of Object.entries(texts)) {
    if (typeof value === 'string') found.set(path + key, value)
    else for (const [name, text] of flat(value, `${path}${key}.`)) found.set(name, text)
  }
  return found
}

const SOURCES = import.meta.glob<string>('../src/**/*.{vue,ts}', {
  query: '?raw',
  import: 'default',
  eager: true,
})

const english = flat(en)
const ukrainian = flat(uk)

describe('the texts', () => {
  it('are the same set in both languages', () => {
    expect([...ukrainian.keys()].sort()).toEqual([...english.keys()].sort())
  })

  it('name the same values in both languages', () => {
    const names = (text: string) => [...new Set(text.match(/\{\w+\}/g) ?? [])].sort()
    for (const [key, text] of english) {
      expect(names(ukrainian.get(key) ?? ''), key).toEqual(names(text))
    }
  })

  it('have three Ukrainian forms wherever English has two', () => {
    for (const [key, text] of english) {
      if (!text.includes(' | ')) continue
      expect(ukrainian.get(key)?.split(' | ').length, key).toBe(3)
    }
  })

  it('exist for every key that the code names', () => {
    const missing = Object.values(SOURCES).flatMap((source) =>
      [...source.matchAll(/\bte?\(\s*'([\w.]+)'/g)]
        .map((found) => found[1]!)
        .filter((key) => key.includes('.') && !english.has(key)),
    )

    expect(Object.keys(SOURCES).length).toBeGreaterThan(50)
    expect(missing).toEqual([])
  })

  it('are all named by the code', () => {
    const code = Object.values(SOURCES).join('\n')
    const literal = new Set([...code.matchAll(/['"`](\w+(?:\.\w+)+)['"`]/g)].map((found) => found[1]!))
    // `delivery.cause.${why}` names every word of one place, and nothing below it.
    const built = [...code.matchAll(/`(\w+\.[\w.]*)\$\{[^`]*?\}([\w.]*)(?=[`$])/g)].map(
      ([, before, after]) => new RegExp(`^${before!.replaceAll('.', '\\.')}\\w+${after!.replaceAll('.', '\\.')}`),
    )

    const unused = [...english.keys()].filter(
      (key) => !literal.has(key) && !built.some((one) => one.test(key)),
    )

    expect(unused).toEqual([])
  })
})

describe('Ukrainian forms', () => {
  it.each([
    [1, 0], [21, 0], [101, 0], [2, 1], [4, 1], [23, 1], [0, 2], [5, 2], [11, 2], [12, 2], [14, 2], [111, 2],
  ])('%i takes form %i', (count, form) => {
    expect(ukrainianForm(count, 3)).toBe(form)
  })
})

describe('what people read', () => {
  it('counts up as a clock', () => {
    expect([0, 48, 724, 4360].map(clockSpan)).toEqual(['0:00', '0:48', '12:04', '1:12:40'])
  })

  it('shortens names', () => {
    expect(['Andrew Marsh', 'ФОП «Климчук»', '+380 50 1'].map((name) => initials(name))).toEqual(['AM', 'ФК', '+'])
  })

  it('makes links of web addresses only, without the full stop behind', () => {
    const parts = textParts('See https://a.example/x. Or javascript:alert(1), @Olena Kravchuk!', ['Olena Kravchuk'])

    expect(parts).toEqual([
      { kind: 'text', text: 'See ' },
      { kind: 'link', text: 'https://a.example/x', href: 'https://a.example/x' },
      { kind: 'text', text: '. Or javascript:alert(1), ' },
      { kind: 'name', text: '@Olena Kravchuk' },
      { kind: 'text', text: '!' },
    ])
  })
})

describe('a sum of money', () => {
  const plain = (text: string): string => text.replaceAll(/\s/gu, ' ')

  it('has the digits of its currency, and none where it is whole', () => {
    expect(plain(moneyIn('en-GB', 18_460_000, 'UAH'))).toBe('184 600 ₴')
    expect(plain(moneyIn('en-GB', 1_999, 'EUR'))).toBe('€19.99')
    expect(plain(moneyIn('uk-UA', 1_999, 'EUR'))).toBe('19,99 €')
    expect(plain(moneyIn('en-GB', 1_500, 'JPY'))).toBe('¥1,500')
    expect(plain(moneyIn('en-GB', 1_500, 'KWD'))).toMatch(/1\.500/)
  })
})
