/** What a list is called, and how many conversations are in it. */

import { computed, type Ref } from 'vue'
import { useI18n } from 'vue-i18n'
import type { ListView } from '@/api/types'
import { savedId, type ListFilter } from '@/live/lists'
import { useLive } from '@/stores/live'
import { useViews } from '@/stores/views'

export function useHeading(filter: Ref<ListFilter>, saved: Ref<ListView | null>) {
  const { t, te, n } = useI18n()
  const live = useLive()
  const views = useViews()

  const queueId = computed(() => {
    const found = /^queue-(\d+)$/.exec(filter.value.view)
    return found ? Number(found[1]) : null
  })
  const title = computed(() => {
    const { view } = filter.value
    if (queueId.value !== null) return live.state.queues.get(queueId.value)?.name ?? ''
    if (savedId(view) !== null) return saved.value?.name ?? ''
    return te(`view.${view}`) ? t(`view.${view}`) : ''
  })

  /** As events count it; null: only the hub can tell. */
  const count = computed(() => {
    const { view, state, channel } = filter.value
    const { counts } = live.state
    if (channel) return null
    if (view === 'snoozed') return counts.snoozed
    if (view === 'all' && (state === 'pending' || state === 'snoozed')) return counts[state]
    if (state !== 'open') return null
    if (queueId.value !== null) return counts.queues[queueId.value] ?? 0
    return view === 'mine' || view === 'unassigned' || view === 'all' ? counts[view] : null
  })
  const countText = computed(() => {
    const { view, state, channel } = filter.value
    if (count.value !== null) return t(`list.count.${state ?? 'snoozed'}`, { n: n(count.value) }, count.value)
    return state || channel ? '' : (views.countOf(view) ?? '')
  })

  return { title, countText }
}
