/** Go where something was found. */

import { useRouter } from 'vue-router'
import type { ItemHit } from '@/api/search'
import { clients as clientsApi, conversations as conversationsApi } from '@/api/hub'
import { useLive } from '@/stores/live'
import { useMarks } from '@/stores/marks'
import { useTimelines } from '@/stores/timelines'

export function useOpening() {
  const router = useRouter()
  const live = useLive()
  const marks = useMarks()
  const timelines = useTimelines()

  /** Open the conversation at that very entry, with the words marked there. */
  function openItem(hit: ItemHit): void {
    marks.marks = { itemId: hit.item_id, words: hit.matched }
    // Beside the conversation, which is read as it is opened, and not after it.
    const window = timelines.open(hit.client_id, {})
    const isKnown = window.items.some((one) => one.id === hit.item_id)
    if (!isKnown) void timelines.load(window, hit.item_id).catch(() => undefined)
    void router.push({
      name: 'desk',
      params: { view: 'all', id: hit.conversation_id },
      query: { at: String(hit.item_id) },
    })
  }

  /** Open a client's newest matter; one that is new when he has none. */
  async function openClient(id: number): Promise<void> {
    void timelines.ahead(id)
    const cursor = live.state.cursor
    const found = await clientsApi.conversations(id).catch(() => null)
    const one = found?.items.find((row) => row.state !== 'resolved') ?? found?.items[0]
    const talk = one ?? (await conversationsApi.open(id, '').catch(() => null))
    if (!talk) return
    live.seeConversation(talk, cursor)
    await router.push({ name: 'desk', params: { view: 'all', id: talk.id } })
  }

  return { openItem, openClient }
}
