/** What the pages of the settings share: how they are read, and how their forms end. */

import { flushPromises, mount } from '@vue/test-utils'
import { beforeEach, expect, it } from 'vitest'
import { defineComponent, h } from 'vue'
import FormFoot from '@/components/settings/FormFoot.vue'
import { useRows, type Rows } from '@/components/settings/rows'
import { i18n } from '@/i18n'
import { newDesk } from './desk'

beforeEach(async () => void (await newDesk()))

it('an empty page is empty only when it was read, and a failure is mended by reading again', async () => {
  let answer: () => Promise<number[]> = () => Promise.reject(new Error('away'))
  let page!: Rows<number>
  mount(defineComponent({ setup: () => ((page = useRows(() => answer())), () => h('p')) }))
  expect([page.isLoaded.value, page.failed.value]).toEqual([false, false])
  await flushPromises()
  expect([page.isLoaded.value, page.failed.value]).toEqual([true, true])
  answer = () => Promise.resolve([1, 2])
  await page.load()

  expect([page.rows.value, page.failed.value]).toEqual([[1, 2], false])
  // What is shown stays when a later reading fails.
  answer = () => Promise.reject(new Error('away'))
  await page.load()
  expect([page.rows.value, page.failed.value]).toEqual([[1, 2], true])
})

it('a form says what is wrong, saves, and can be left', async () => {
  const foot = mount(FormFoot, { props: { test: 'tag-save', problem: 'Taken', problemTest: 'tag-problem', isOff: true }, global: { plugins: [i18n] } })
  const save = foot.get('[data-test=tag-save]')

  expect(foot.get('[data-test=tag-problem]').text()).toBe('Taken')
  expect(foot.get('[role=alert]').text()).toBe('Taken')
  expect(save.text()).toBe('Save')
  expect((save.element as HTMLButtonElement).disabled).toBe(true)
  expect(save.classes()).toContain('main')
  await foot.setProps({ problem: '', label: 'Save and let go', isHot: true })
  expect(foot.find('[role=alert]').exists()).toBe(false)
  expect(save.text()).toBe('Save and let go')
  expect(save.classes()).toContain('danger')
  await foot.get('.quiet').trigger('click')
  expect(foot.emitted('close')).toHaveLength(1)
})
