/** Go where something was found. */

import { useRouter } from 'vue-router'
import type { ItemHit } from '@/api/search'
import { clients as clientsApi, conversations as conversationsApi } from '@/api/hub'
import { useMarks } from '@/stores/marks'

export function useOpening() {
  const router = useRouter()
  const marks = useMarks()

  /** Open the conversation at that very entry, with the words marked there. */
  function openItem(hit: ItemHit): void {
    marks.marks = { itemId: hit.item_id, words: hit.matched }
    void router.push({
      name: 'desk',
      params: { view: 'all', id: hit.conversation_id },
      query: { at: String(hit.item_id) },
    })
  }

  /** Open a client's newest matter; one that is new when he has none. */
  async function openClient(id: number): Promise<void> {
    const found = await clientsApi.conversations(id).catch(() => null)
    const one = found?.items.find((row) => row.state !== 'resolved') ?? found?.items[0]
    const talk = one ?? (await conversationsApi.open(id, '').catch(() => null))
    if (talk) await router.push({ name: 'desk', params: { view: 'all', id: talk.id } })
  }

  return { openItem, openClient }
}
