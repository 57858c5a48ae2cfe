import { describe, expect, it } from 'vitest'
import type { Finding } from '@/api/types'
import { PAGES, GROUPS } from '@/components/settings/pages'
import { checkName, says, toDo } from '@/words/findings'
import en from '@/i18n/en.json'
import uk from '@/i18n/uk.json'

const found = (code: string, facts: Finding['facts'] = {}, check = 'smtp.tls'): Finding => ({
  check,
  grade: 'wrong',
  code,
  facts,
})

describe('findings', () => {
  it('say what is wrong and what to do, in both languages', () => {
    const one = found('refused', { where: 'mail.shop.test:587' })
    expect(says(one, 'en')).toBe('Nobody listens at mail.shop.test:587')
    expect(says(one, 'uk')).toContain('mail.shop.test:587')
    expect(toDo(one, 'en')).not.toBe('')
    expect(toDo(one, 'uk')).not.toBe(toDo(one, 'en'))
  })
  it('write numbers and dates as people do', () => {
    expect(says(found('mail_arrived', { seconds: 1.5 }), 'uk')).toContain('1,5')
    expect(says(found('certificate_good', { until: '2027-03-01' }), 'en')).toContain('1 March 2027')
  })
  it('of channels from elsewhere are told all the same', () => {
    const one = found('no_roof', {}, 'pigeon.loft')
    expect(says(one, 'en')).toContain('no_roof')
    expect(toDo(one, 'uk')).not.toBe('')
    expect(checkName(one, 'en')).toBe('pigeon.loft')
  })
  it('leave no place empty-handed', () => {
    expect(says(found('silent'), 'en')).not.toContain('{')
  })
})

describe('pages of the settings', () => {
  it('have a name in both languages, and so have their groups', () => {
    for (const words of [en.settings, uk.settings] as Record<string, unknown>[]) {
      for (const page of PAGES) expect(words[page.name], page.name).toBeTypeOf('string')
      for (const group of GROUPS) expect((words.group as Record<string, string>)[group]).toBeTruthy()
    }
  })
  it('are each in a group that is shown, under an address of their own', () => {
    expect(new Set(PAGES.map((one) => one.name)).size).toBe(PAGES.length)
    for (const page of PAGES) expect(GROUPS).toContain(page.group)
  })
})
