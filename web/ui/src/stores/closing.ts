/** A conversation that is not closed before somebody says how it ended, or that he means it. */

import { defineStore } from 'pinia'
import { shallowRef } from 'vue'
import type { Refusal } from '@/api/http'
import type { Conversation } from '@/api/types'
import { useLive } from './live'

/** What was promised in it and is not kept yet. */
export interface OpenPromise {
  task_id: number
  item_id: number | null
  title: string
  state: 'open' | 'late'
  due_at: string | null
}

/** How it is closed. */
export interface How {
  disposition?: string
  /** Although a promise is open. */
  anyway?: boolean
  /** An answer goes out, and the conversation stays open. */
  staysOpen?: boolean
}

export interface Asked {
  conversation: Conversation
  /** An answer goes with it. */
  sends: boolean
  /** Words of which one is chosen; none: nothing is asked. */
  choices: string[]
  required: boolean
  promises: OpenPromise[]
  /** What was said already. */
  how: How
}

const CODES = ['promise_open', 'disposition_missing']

export const useClosing = defineStore('closing', () => {
  const live = useLive()
  const asked = shallowRef<Asked | null>(null)
  let settle: (how: How | null) => void = () => undefined

  /** Tell whether its queue wants to know how it ended, and nobody said so. */
  function isDue(one: Conversation): boolean {
    return !one.disposition && Boolean(live.state.queues.get(one.queue_id)?.dispositions.length)
  }

  /** Tell whether the hub refused the closing, and nothing else. */
  function isRefused(code: string): boolean {
    return CODES.includes(code)
  }

  /** Ask the agent; null: he does not close it. */
  function ask(conversation: Conversation, more: { sends?: boolean; how?: How; refusal?: Refusal } = {}): Promise<How | null> {
    settle(null)
    const queue = live.state.queues.get(conversation.queue_id)
    const how = more.how ?? {}
    const missing = more.refusal?.details.dispositions as string[] | undefined
    const isOpen = how.disposition === undefined && isDue(conversation)
    asked.value = {
      conversation,
      sends: more.sends ?? false,
      choices: missing ?? (isOpen ? (queue?.dispositions ?? []) : []),
      required: missing !== undefined || (queue?.disposition_required ?? false),
      promises: (more.refusal?.details.promises as OpenPromise[] | undefined) ?? [],
      how,
    }
    return new Promise((answer) => (settle = answer))
  }

  function answer(how: How | null): void {
    asked.value = null
    settle(how)
    settle = () => undefined
  }

  return { asked, isDue, isRefused, ask, answer }
})
