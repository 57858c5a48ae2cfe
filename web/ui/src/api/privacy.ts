/** What a person may ask for: an archive of all that is kept of him, and his erasure. */

import { call } from './http'

export interface ErasurePreview {
  client_id: number
  /** To be typed, word for word. */
  name: string
  goes: { addresses: number; entries: number; notes: number; files: number; tasks: number; merged: number; waiting: number }
  stays: { conversations: number; calls: number; orders: number }
  blocks: { calls: number; messages: number }
}

export const privacy = {
  archive: (id: number) => `/api/v1/clients/${id}/archive`,
  preview: (id: number) => call<ErasurePreview>('GET', `/clients/${id}/erasure/preview`),
  erase: (id: number, name: string) => call<unknown>('POST', `/clients/${id}/erasure`, { body: { name } }),
}
