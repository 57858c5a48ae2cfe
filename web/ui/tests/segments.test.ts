import { describe, expect, it } from 'vitest'
import { costly, segments } from '@/words/segments'

describe('SMS segments', () => {
  it.each([
    ['', 'gsm7', 0, 0],
    ['a'.repeat(160), 'gsm7', 1, 160],
    ['a'.repeat(161), 'gsm7', 2, 161],
    ['a'.repeat(306), 'gsm7', 2, 306],
    ['a'.repeat(307), 'gsm7', 3, 307],
    ['ї'.repeat(70), 'ucs2', 1, 70],
    ['ї'.repeat(71), 'ucs2', 2, 71],
    ['ї'.repeat(134), 'ucs2', 2, 134],
    ['ї'.repeat(135), 'ucs2', 3, 135],
  ])('counts %#', (text, alphabet, parts, units) => {
    expect(segments(text)).toMatchObject({ alphabet, parts, units })
  })

  it('counts characters of the extension table twice', () => {
    expect(segments('€'.repeat(80))).toMatchObject({ alphabet: 'gsm7', units: 160, parts: 1 })
    expect(segments('€'.repeat(81))).toMatchObject({ units: 162, parts: 2 })
  })

  it('does not tear an escaped character between two parts', () => {
    // 152 + "€" would need units 153 and 154 of the first part, so it moves on.
    const text = 'a'.repeat(152) + '€' + 'a'.repeat(151)
    expect(segments(text)).toMatchObject({ units: 305, parts: 2 })
    expect(segments(text + 'a')).toMatchObject({ units: 306, parts: 3 })
  })

  it('counts an emoji as two units and keeps it whole', () => {
    expect(segments('🙂'.repeat(35))).toMatchObject({ alphabet: 'ucs2', units: 70, parts: 1 })
    expect(segments('🙂'.repeat(36))).toMatchObject({ units: 72, parts: 2 })
    expect(segments('🙂'.repeat(67))).toMatchObject({ units: 134, parts: 3 })
  })

  it('needs the wide alphabet for one letter outside of the narrow one', () => {
    expect(segments('Thank you — bye').alphabet).toBe('ucs2')
    expect(segments('Größe: 5 £').alphabet).toBe('gsm7')
  })
})

describe('a few letters that make it dearer', () => {
  it('names them, what they cost, and the text without them', () => {
    const text = 'We shall come on Thursday — please be at home, and “ring twice” at the gate in the yard.'
    expect(costly(text)).toEqual({
      letters: ['—', '“', '”'],
      saves: 1,
      plain: text.replace('—', '-').replaceAll(/[“”]/g, '"'),
    })
  })

  it('says nothing where they cost nothing', () => {
    expect(costly('Thank you — bye')).toBeNull()
    expect(costly('Plain words')).toBeNull()
    expect(costly('')).toBeNull()
  })

  it('says nothing of a language of its own', () => {
    expect(costly('Добрий день! '.repeat(10))).toBeNull()
  })

  it('offers no plain letter for what has none', () => {
    expect(costly(`${'a'.repeat(100)}🙂`)).toEqual({ letters: ['🙂'], saves: 1, plain: null })
  })
})
