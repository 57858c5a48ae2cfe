/** Whom a conversation can be given to: oneself first, nobody last, who only reads named as such. */

import { computed, type ComputedRef } from 'vue'
import { useI18n } from 'vue-i18n'
import { useLive } from '@/stores/live'

export interface Assignee {
  /** Null: nobody. */
  id: number | null
  label: string
  hint?: string
  isOn?: boolean
  isOff?: boolean
}

/** @param given whose it is; leave it out where that is several people's. */
export function useAssignees(given?: () => number | null): ComputedRef<Assignee[]> {
  const { t } = useI18n()
  const live = useLive()

  return computed(() => {
    const now = given?.()
    const people = live.agents
      .filter((one) => one.active)
      .map((one) => ({
        id: one.id,
        label: one.id === live.state.meId ? t('assign.me', { name: one.name }) : one.name,
        hint: one.answers ? (given && t('agent.loadOf', { load: one.load, capacity: one.capacity })) : t('assign.onlyReads'),
        isOn: one.id === now,
        isOff: !one.answers,
      }))
    const rank = (one: Assignee): number => Number(one.isOff) * 2 - Number(one.id === live.state.meId)
    people.sort((one, other) => rank(one) - rank(other) || one.label.localeCompare(other.label))
    return [...people, { id: null, label: t('assign.nobody'), isOn: now === null }]
  })
}
