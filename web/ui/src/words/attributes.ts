/** What is known of clients: how it is called and how a value reads. */

import { computed } from 'vue'
import { useI18n } from 'vue-i18n'
import type { Attribute } from '@/api/tags'
import { useLive } from '@/stores/live'
import { useSession } from '@/stores/session'

const DAY = /^(\d{4}-)?(\d{2})-(\d{2})$/

export function useAttributes() {
  const { t, locale } = useI18n()
  const live = useLive()
  const session = useSession()
  const all = computed(() => [...live.state.attributes.values()].sort((a, b) => a.place - b.place || a.id - b.id))
  const byName = computed(() => new Map(all.value.map((one) => [one.name, one])))

  const label = (one: { name: string; labels: Record<string, string> }): string => one.labels[locale.value] || one.name
  const nameOf = (name: string): string => {
    const one = byName.value.get(name)
    return one ? label(one) : name
  }
  const mayEdit = (one: Attribute): boolean => session.can('clients') && (one.editors === 'everyone' || (one.editors === 'managers' && session.can('attributes')))

  /** A value as people read it; what is not as it should be reads as it is. */
  function shown(one: Attribute | undefined, value: unknown): string {
    if (value === null || value === undefined) return ''
    if (typeof value === 'object') return JSON.stringify(value)
    if (typeof value === 'boolean' || (one?.kind === 'yes_no' && ['true', 'false'].includes(String(value)))) {
      return t(String(value) === 'true' ? 'attributes.yes' : 'attributes.no')
    }
    if (one?.kind === 'choice') {
      const choice = one.choices.find((each) => each.value === value)
      return choice ? choice.labels[locale.value] || choice.value : String(value)
    }
    return one?.kind === 'date' ? day(String(value)) : String(value)
  }

  function day(value: string): string {
    const found = DAY.exec(value)
    if (!found) return value
    const at = new Date(`${found[1] ?? '2000-'}${found[2]}-${found[3]}T12:00:00`)
    if (Number.isNaN(at.getTime())) return value
    return at.toLocaleDateString(locale.value, { day: 'numeric', month: 'long', year: found[1] ? 'numeric' : undefined })
  }

  return { all, byName, label, nameOf, mayEdit, shown }
}
