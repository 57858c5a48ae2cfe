/** Changes a conversation and says so when the hub refuses. */

import { ref } from 'vue'
import { useI18n } from 'vue-i18n'
import { conversations as api } from '@/api/hub'
import { Refusal, Unreachable } from '@/api/http'
import type { Conversation } from '@/api/types'
import { useClosing } from '@/stores/closing'
import { useLive } from '@/stores/live'
import { useSession } from '@/stores/session'
import { useToasts } from '@/stores/toasts'

type Change = Partial<Conversation> & { anyway?: boolean }

export function useChange(conversation: () => Conversation) {
  const { t } = useI18n()
  const live = useLive()
  const session = useSession()
  const toasts = useToasts()
  const closing = useClosing()
  const isBusy = ref(false)

  async function change(fields: Change): Promise<boolean> {
    if (!session.can('reply')) {
      toasts.show(t('roles.readsOnly'))
      return false
    }
    const before = conversation()
    if (fields.state === 'resolved' && fields.disposition === undefined && closing.isDue(before)) return await close(before)
    isBusy.value = true
    const cursor = live.state.cursor
    try {
      live.seeConversation(await api.change(before.id, fields), cursor)
      if (fields.state && fields.state !== 'open') {
        toasts.show(t(`talk.done.${fields.state}`, { name: before.client_name }), {
          action: { label: t('act.undo'), run: () => void change({ state: 'open' }) },
        })
      }
      return true
    } catch (error) {
      // The sign-in page says what happened.
      if (session.expired) return false
      if (error instanceof Refusal && closing.isRefused(error.code)) return await close(before, fields, error)
      toasts.show(t(error instanceof Unreachable ? 'talk.notChangedOffline' : 'talk.notChanged'), {
        tone: 'over',
      })
      return false
    } finally {
      isBusy.value = false
    }
  }

  /** Ask how it ended, or whether he means it; then it is closed. */
  async function close(before: Conversation, fields: Change = {}, refusal?: Refusal): Promise<boolean> {
    const how = await closing.ask(before, { how: { disposition: fields.disposition, anyway: fields.anyway }, refusal })
    if (!how) return false
    return await change({ ...fields, state: 'resolved', disposition: how.disposition ?? '', anyway: how.anyway })
  }

  return { change, isBusy }
}
