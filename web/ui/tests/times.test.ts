import { mount } from '@vue/test-utils'
import { afterEach, beforeEach, expect, it, vi } from 'vitest'
import { defineComponent, h } from 'vue'
import { i18n, loadLocale } from '@/i18n'
import { useTimes } from '@/words/times'

beforeEach(async () => {
  await loadLocale('en')
  i18n.global.locale.value = 'en'
  vi.useFakeTimers({ now: Date.parse('2026-11-30T10:00:00Z') })
})
afterEach(() => void vi.useRealTimers())

it('names the year of what is far away, and the weekday of what is near', () => {
  let times!: ReturnType<typeof useTimes>
  mount(defineComponent({ setup: () => ((times = useTimes()), () => h('p')) }), { global: { plugins: [i18n] } })

  expect(times.soon('2026-12-04T09:00:00Z')).toMatch(/^Fri,? 4 Dec, /)
  expect(times.soon('2027-01-04T09:00:00Z')).toMatch(/^Mon,? 4 Jan, /)
  expect(times.soon('2099-01-05T09:00:00Z')).toMatch(/^5 Jan 2099, /)
  expect(times.full('2026-11-03T09:00:00Z')).toMatch(/^Tue,? 3 November/)
  expect(times.full('2023-05-14T09:00:00Z')).toMatch(/^14 May 2023/)
})
