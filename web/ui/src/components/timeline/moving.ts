/** Moves chosen entries, and takes it back. */

import { useI18n } from 'vue-i18n'
import { interactions } from '@/api/hub'
import { Refusal } from '@/api/http'
import type { Moved } from '@/api/identity'
import type { Conversation } from '@/api/types'
import { useLive } from '@/stores/live'
import { useSelection } from '@/stores/selection'
import { useToasts } from '@/stores/toasts'

export function useMoving() {
  const { t } = useI18n()
  const live = useLive()
  const selection = useSelection()
  const toasts = useToasts()

  function see(moved: Moved, cursor: number): void {
    for (const one of [moved.target, ...moved.sources]) live.seeConversation(one, cursor)
  }

  async function back(id: number): Promise<void> {
    const cursor = live.state.cursor
    try {
      see(await interactions.undoMove(id), cursor)
    } catch {
      toasts.show(t('moving.notUndone'), { tone: 'over' })
    }
  }

  /** Move what is chosen; null: into a new conversation. */
  async function move(to: Conversation | null): Promise<boolean> {
    const ids = [...selection.chosen]
    if (!ids.length) return false
    const cursor = live.state.cursor
    try {
      const moved = await interactions.move(ids, to?.id ?? null)
      see(moved, cursor)
      selection.clear()
      const said = to === null ? 'moving.splitDone' : 'moving.done'
      const name = moved.target.subject || t('talk.noSubject')
      toasts.show(t(said, { n: ids.length, name }, ids.length), {
        action: { label: t('act.undo'), run: () => void back(moved.move_id) },
      })
      return true
    } catch (error) {
      const isOnItsWay = error instanceof Refusal && error.code === 'wrong_state'
      toasts.show(t(isOnItsWay ? 'moving.onItsWay' : 'moving.failed'), { tone: 'over' })
      return false
    }
  }

  return { move }
}
