/** What a notice says, and where it leads. */

import type { RouteLocationRaw } from 'vue-router'
import { useI18n } from 'vue-i18n'
import type { Notification } from '@/api/types'
import { useLive } from '@/stores/live'

export const NOTICE_ICONS: Record<string, string> = {
  message: 'inbox',
  queue_message: 'inbox',
  offer: 'user',
  mentioned: 'at',
  assigned: 'user',
  not_sent: 'alert',
  uncertain: 'question',
  sla_risk: 'clock',
  sla_breached: 'alert',
  task_assigned: 'user',
  task_reminder: 'clock',
  task_due: 'clock',
  promise_late: 'alert',
  date_ahead: 'calendar',
  webhook_disabled: 'alert',
}

export function useNoticeWords() {
  const { t } = useI18n()
  const live = useLive()

  function about(one: Notification): string {
    if (one.about) return one.about
    return live.state.conversations.get(one.conversation_id ?? 0)?.client_name ?? t('notice.conversation')
  }

  function words(one: Notification): string {
    const said = t(`notice.kind.${one.kind}`, { name: about(one) })
    return one.count > 1 ? `${said} (${one.count})` : said
  }

  function place(one: Notification): RouteLocationRaw {
    if (one.kind === 'webhook_disabled') return { name: 'settings', params: { page: 'webhooks' } }
    if (one.conversation_id === null) return { name: 'agenda' }
    return {
      name: 'desk',
      params: { view: 'all', id: one.conversation_id },
      query: one.item_id && one.kind !== 'message' ? { at: String(one.item_id) } : {},
    }
  }

  return { words, place }
}
