/** What a client said of being written to, kept in step with the log. */

import { onScopeDispose, ref, watch } from 'vue'
import { clients as api } from '@/api/hub'
import type { Consent } from '@/api/types'
import { useLive } from '@/stores/live'

export function useConsents(clientId: () => number) {
  const live = useLive()
  const said = ref<Consent[]>([])

  async function load(): Promise<void> {
    const id = clientId()
    const found = await api.consents(id).catch(() => null)
    if (found && id === clientId()) said.value = found
  }

  watch(clientId, load, { immediate: true })
  watch(() => live.loads, load)
  const stop = live.onEvents((events) => {
    if (events.some((one) => one.kind.startsWith('consent.') && one.client_id === clientId())) void load()
  })
  onScopeDispose(stop)

  /** Channels on which an address must not be written to. */
  function refused(value: string): string[] {
    return said.value
      .filter((one) => one.holds && one.value === value && one.purpose === 'contact' && one.state === 'refused')
      .map((one) => one.channel)
  }

  return { said, refused, load }
}
