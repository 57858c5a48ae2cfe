/**
 * Keeps what was begun to be written: on the hub, and until it is there, in this browser.
 *
 * The local copy outlives a cut line, an ended session and a closed tab; it is dropped
 * as soon as the hub has the same.
 */

import { conversations } from '@/api/hub'
import { Refusal } from '@/api/http'
import type { Draft } from '@/api/types'
import type { Mode } from '@/live/writing'

const SAVE_AFTER_MS = 700

const timers = new Map<string, number>()

const PLACE = 'rozmova.draft'

function place(account: number, conversation: number, mode: Mode): string {
  return `${PLACE}.${account}.${conversation}.${mode}`
}

function localDraft(key: string): Draft | null {
  try {
    const kept = localStorage.getItem(key)
    return kept ? (JSON.parse(kept) as Draft) : null
  } catch {
    return null
  }
}

/** Give the draft as it was left, on this screen or, as the hub has it, on another. */
export async function readDraft(
  account: number,
  conversation: number,
  mode: Mode,
  kept: Promise<Draft[]>,
): Promise<Draft | null> {
  const unsaved = localDraft(place(account, conversation, mode))
  if (unsaved) {
    keepDraft(account, conversation, mode, unsaved)
    return unsaved
  }
  return (await kept).find((one) => one.kind === mode) ?? null
}

/** Keep it here at once, and on the hub when the typing pauses. */
export function keepDraft(account: number, conversation: number, mode: Mode, draft: Draft): void {
  const key = place(account, conversation, mode)
  try {
    localStorage.setItem(key, JSON.stringify(draft))
  } catch {
    // Full or forbidden: the hub's copy must do.
  }
  window.clearTimeout(timers.get(key))
  timers.set(
    key,
    window.setTimeout(() => void save(key, conversation, mode, draft), SAVE_AFTER_MS),
  )
}

/** Bring to the hub what was written while it could not be reached. */
export function saveKept(account: number): void {
  for (const key of Object.keys(localStorage)) {
    const [conversation, mode] = key.startsWith(`${PLACE}.${account}.`) ? key.split('.').slice(-2) : []
    const draft = localDraft(key)
    if (draft && conversation && mode && !timers.has(key)) keepDraft(account, Number(conversation), mode as Mode, draft)
  }
}

/** It was sent or thrown away. */
export function dropDraft(account: number, conversation: number, mode: Mode, only: { here: boolean } = { here: false }): void {
  const key = place(account, conversation, mode)
  window.clearTimeout(timers.get(key))
  timers.delete(key)
  localStorage.removeItem(key)
  // The hub's copy is the newer one.
  if (only.here) return
  void conversations.dropDraft(conversation, mode).catch(() => undefined)
}

async function save(key: string, conversation: number, mode: Mode, draft: Draft): Promise<void> {
  timers.delete(key)
  try {
    if (draft.text.trim() || draft.subject || draft.attachment_ids?.length) await conversations.saveDraft(conversation, mode, draft)
    else await conversations.dropDraft(conversation, mode)
  } catch (error) {
    // Refused for good: keeping the local copy would only repeat it.
    if (!(error instanceof Refusal) || error.status === 401) return
  }
  if (localStorage.getItem(key) === JSON.stringify(draft)) localStorage.removeItem(key)
}
