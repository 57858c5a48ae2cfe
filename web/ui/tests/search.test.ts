import { describe, expect, it } from 'vitest'
import { pieces } from '@/components/search/pieces'
import { rangesOf } from '@/components/timeline/marking'

describe('a passage', () => {
  it('is cut at its marks and loses nothing', () => {
    const cut = pieces({ text: '😀 бойлер гуде', marks: [{ start: 3, end: 9 }, { start: 10, end: 14 }] })

    expect(cut.map((one) => one.text)).toEqual(['😀 ', 'бойлер', ' ', 'гуде'])
    expect(cut.map((one) => one.isFound)).toEqual([false, true, false, true])
  })

  it('minds no mark that makes no sense', () => {
    const cut = pieces({ text: 'abc', marks: [{ start: 1, end: 2 }, { start: 0, end: 1 }, { start: 2, end: 2 }] })

    expect(cut.map((one) => one.text).join('')).toBe('abc')
  })
})

describe('words in an entry', () => {
  it('are found whole, whatever their case, and by their letters only', () => {
    const entry = document.createElement('div')
    entry.innerHTML = '<p>Бойлер гуде, <b>бойлерна</b> ні.</p><p>a.b axb (бойлер)</p>'

    const found = rangesOf(entry, ['бойлер', 'a.b']).map((one) => one.toString())

    expect(found).toEqual(['Бойлер', 'a.b', 'бойлер'])
  })
})
