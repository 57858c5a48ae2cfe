/** Operators and their values, offered for the word that is being typed. */

import { computed, type Ref } from 'vue'
import { useI18n } from 'vue-i18n'
import { useLive } from '@/stores/live'

export interface Hint {
  /** What stands in the field once it is taken. */
  insert: string
  /** What it does, in words. */
  means: string
}

const NAMES = ['from', 'to', 'channel', 'after', 'before', 'order', 'is', 'in', 'has', 'tag'] as const
const STATES = ['open', 'pending', 'snoozed', 'resolved', 'waiting', 'unread', 'mine'] as const
const DAYS = ['today', 'yesterday', 'lastWeek', 'lastMonth'] as const
const MOST = 10

export function useHints(typed: Ref<string>) {
  const { t } = useI18n()
  const live = useLive()

  const quoted = (value: string): string => (/\s/.test(value) ? `"${value}"` : value)
  const operator = (name: (typeof NAMES)[number]): string => `${t(`search.op.${name}.word`)}:`

  function values(name: (typeof NAMES)[number]): string[] {
    if (name === 'channel') return [...live.channels.map((one) => one.name), 'note']
    if (name === 'is') return STATES.map((one) => t(`search.state.${one}`))
    if (name === 'in') return live.queues.map((one) => quoted(one.name))
    if (name === 'has') return [t('search.attachment')]
    if (name === 'after' || name === 'before') return DAYS.map((one) => quoted(t(`search.day.${one}`)))
    if (name === 'from' || name === 'to') return live.agents.filter((one) => one.active).map((one) => quoted(one.name))
    return []
  }

  const hints = computed<Hint[]>(() => {
    const word = /\S*$/.exec(typed.value)?.[0].toLocaleLowerCase() ?? ''
    const colon = word.indexOf(':')
    if (colon >= 0) {
      const name = NAMES.find((one) => [one as string, t(`search.op.${one}.word`)].includes(word.slice(0, colon)))
      const begun = word.slice(colon + 1)
      return !name
        ? []
        : values(name)
            .filter((one) => one.toLocaleLowerCase().replace('"', '').startsWith(begun) && one !== begun)
            .slice(0, MOST)
            .map((one) => ({ insert: `${word.slice(0, colon + 1)}${one} `, means: '' }))
    }
    return NAMES.filter((one) => operator(one).startsWith(word) || one.startsWith(word)).map((one) => ({
      insert: operator(one),
      means: t(`search.op.${one}.means`),
    }))
  })

  /** Put a hint in the place of the word that is being typed. */
  function take(hint: Hint): void {
    typed.value = typed.value.replace(/\S*$/, hint.insert)
  }

  return { hints, take }
}
