/** The line to the hub: follows the log, comes back by itself, says how it stands. */

import { io, type Socket } from 'socket.io-client'
import type { HubEvent } from '@/api/types'

export type LineState = 'connecting' | 'live' | 'offline'

export interface LineHandlers {
  cursor: () => number
  events: (events: HubEvent[], cursor: number) => void
  /** The hub is so far: up to there we catch up. */
  follows: (head: number) => void
  /** The log no longer reaches back to our cursor: load afresh, then follow again. */
  lost: () => Promise<void>
  refused: () => void
  state: (state: LineState) => void
  presence: (conversationId: number, accounts: number[]) => void
  typing: (conversationId: number, accountId: number, kind: string | null, itemId: number | null) => void
}

export interface Line {
  say: (event: string, data: unknown) => void
  tryNow: () => void
  close: () => void
}

interface Answer {
  ok: boolean
  code?: string
  head?: number
}

const FOLLOW_TIMEOUT_MS = 10_000
const REFUSED_PAUSE_MS = 3000

/** Open the line; nothing is lost between `handlers.cursor()` and the first frame. */
export function openLine(handlers: LineHandlers): Line {
  const socket: Socket = io('/agents', {
    transports: ['websocket'],
    reconnectionDelay: 400,
    reconnectionDelayMax: 8000,
    randomizationFactor: 0.5,
    timeout: 8000,
    forceNew: true,
  })

  let closed = false

  async function follow(): Promise<void> {
    let answer: Answer
    try {
      answer = (await socket
        .timeout(FOLLOW_TIMEOUT_MS)
        .emitWithAck('follow', { cursor: handlers.cursor() })) as Answer
    } catch {
      // No answer: cut the line, which starts the reconnecting with its pauses.
      if (socket.connected) socket.io.engine.close()
      return
    }
    if (answer.ok) {
      handlers.follows(answer.head ?? 0)
      handlers.state('live')
    }
    else if (answer.code === 'cursor_lost') {
      await handlers.lost()
      await follow()
    } else handlers.refused()
  }

  socket.on('connect', () => void follow())
  socket.on('events', (frame: { events: HubEvent[]; cursor: number }) => {
    handlers.events(frame.events, frame.cursor)
  })
  socket.on('presence', (said: { conversation_id: number; accounts: number[] }) => {
    handlers.presence(said.conversation_id, said.accounts)
  })
  socket.on('typing', (said: { conversation_id: number; account_id: number; kind: string | null; item_id?: number }) => {
    handlers.typing(said.conversation_id, said.account_id, said.kind, said.item_id ?? null)
  })
  socket.on('disconnect', (reason) => {
    handlers.state('offline')
    // The server hung up on purpose (a slow reader, a restart): come back as well.
    if (reason === 'io server disconnect') setTimeout(() => !closed && socket.connect(), 500)
  })
  socket.on('connect_error', () => {
    handlers.state('offline')
    if (socket.active) return
    // A refused handshake is not tried again by the library; the hub may only have been
    // unable to tell who we are.
    handlers.refused()
    setTimeout(() => !closed && socket.connect(), REFUSED_PAUSE_MS)
  })

  const cut = (): void => handlers.state('offline')
  const back = (): void => {
    if (!socket.connected) socket.connect()
    else socket.io.engine.close()
  }
  window.addEventListener('offline', cut)
  window.addEventListener('online', back)

  return {
    say: (event, data) => {
      if (socket.connected) socket.emit(event, data, () => undefined)
    },
    tryNow: () => {
      socket.disconnect()
      socket.connect()
    },
    close: () => {
      closed = true
      window.removeEventListener('offline', cut)
      window.removeEventListener('online', back)
      socket.removeAllListeners()
      socket.disconnect()
    },
  }
}
