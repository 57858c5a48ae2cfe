/** What an agent writes in one conversation, and what stands in its way. Pure types and rules. */

import { unfilled } from './filling'
import { isAddress } from './recipients'
import type { AttachmentView, Conversation, HubEvent, Item, ReplyChannel, ReplyDefaults, Template } from '@/api/types'

export type Mode = 'reply' | 'note'
/** To the client, to everybody who was on the mail, or on to somebody else. */
export type Answer = 'one' | 'all' | 'forward'
/** What becomes of the conversation when the answer is given; a time: it sleeps till then. */
export type Then = 'resolve' | 'pending' | { snooze: string } | undefined

export interface Upload {
  key: number
  name: string
  share: number
  failed: boolean
  done: AttachmentView | null
  /** It was put among the words, and goes only while they show it. */
  inline?: boolean
  /** Why it failed, as a key of the texts. */
  why?: string
  stop: () => void
}

/** One press of "send": the same press has one key, however often it is tried. */
export interface Press {
  key: string
  body: {
    channel: string
    address_id: number
    text: string
    subject?: string
    seen: number
    anyway?: boolean
    send_at?: string
    attachment_ids?: number[]
    template_id?: string
    template_values?: Record<string, string>
    then?: 'resolve' | 'pending' | 'snooze'
    snoozed_until?: string
    disposition?: string
    despite_promises?: boolean
    html?: string
    to?: string[]
    cc?: string[]
    bcc?: string[]
    quote?: boolean
    sign?: boolean
  }
  /** The message that is handed on, instead of answering. */
  forwards: number | null
  /** The files of `attachment_ids`, so that it can be given back. */
  files: AttachmentView[]
}

export interface Writing {
  conversationId: number
  mode: Mode
  reply: string
  /** By mail: the reply with a look to it; empty: just the text. */
  html: string
  note: string
  subject: string
  answer: Answer
  /** Who else gets the mail, as people type addresses. */
  to: string[]
  cc: string[]
  bcc: string[]
  /** Null: as the hub's settings say. */
  quote: boolean | null
  sign: boolean
  /** The message that is to be handed on. */
  forwards: number | null
  channel: string | null
  addressId: number | null
  /** The agent chose the channel himself; the default no longer moves it. */
  chosen: boolean
  defaults: ReplyDefaults | null
  mentions: number[]
  uploads: Upload[]
  sendAt: string | null
  /** A template instead of words of one's own, where the channel wants one. */
  template: { template: Template; values: Record<string, string> } | null
  isSending: boolean
  /** A press that did not reach the hub, as far as we know; pressed again it is the same. */
  unsent: Press | null
  /** A press that the agent let wait for the connection. */
  waiting: Press | null
  /** A colleague writes on in our stead. */
  taken: { name: string; reason: string } | null
  /** The key of a note whose fate is not known yet. */
  noteKey: string | null
  /** What was said since the author looked, when the hub refused for it. */
  missed: Item[] | null
  /** What was to become of the conversation when the hub refused for that. */
  then: Then
  /** What arrived while he wrote and he has not read yet. */
  arrived: Item[]
  /** The log's place that he has seen; null: all that the screen has. */
  seen: number | null
  problem: string
  draftsLoaded: boolean
}

export function newWriting(conversationId: number): Writing {
  return {
    conversationId,
    mode: 'reply',
    reply: '',
    html: '',
    note: '',
    subject: '',
    answer: 'one',
    to: [],
    cc: [],
    bcc: [],
    quote: null,
    sign: true,
    forwards: null,
    channel: null,
    addressId: null,
    chosen: false,
    defaults: null,
    mentions: [],
    uploads: [],
    sendAt: null,
    template: null,
    isSending: false,
    unsent: null,
    waiting: null,
    taken: null,
    noteKey: null,
    missed: null,
    then: undefined,
    arrived: [],
    seen: null,
    problem: '',
    draftsLoaded: false,
  }
}

/** Tell whether an entry changes what an answer to this conversation should say. */
export function matters(item: Item, conversation: number, me: number): boolean {
  if (item.conversation_id !== conversation || item.kind === 'change') return false
  return item.direction === 'in' || (item.author.kind === 'agent' && item.author.id !== me)
}

/** Which entry a reply answers: what is handed on, else what the client said last. */
export function answered(one: Writing, timelines: Iterable<{ items: Item[] }>): number | undefined {
  if (one.forwards !== null) return one.forwards
  let last: Item | undefined
  for (const { items } of timelines) {
    for (const item of items) {
      if (item.conversation_id === one.conversationId && item.direction === 'in' && (!last || item.at > last.at)) last = item
    }
  }
  return last?.id
}

/** A mail goes to several and has a subject; nothing else does. */
export function isMail(one: Writing): boolean {
  return one.answer === 'forward' || one.channel === 'email'
}

/** Tell whether two presses say the same, so that the second is the first one again. */
export function isSame(one: Press, other: Press): boolean {
  const said = ({ body, forwards }: Press): string => JSON.stringify({ ...body, seen: 0, anyway: false, forwards })
  return said(one) === said(other)
}

const HOLE = /\{\{\s*([A-Za-z0-9_]{1,40})\s*\}\}/g

/** Name what has to be filled in, each once. */
export function holes(text: string): string[] {
  return [...new Set([...text.matchAll(HOLE)].map((found) => found[1] ?? ''))]
}

/** Write a template out with what is filled in so far. */
export function rendered(chosen: NonNullable<Writing['template']>): string {
  return chosen.template.text.replace(HOLE, (hole, name: string) => chosen.values[name]?.trim() || hole)
}

/** The channel and address that the reply goes to. */
export function wayOf(one: Writing): ReplyChannel | undefined {
  return one.defaults?.channels.find((way) => way.channel === one.channel && way.address_id === one.addressId)
}

/** Tell whether one may write freely there; null: always. */
export function windowOf(one: Writing, now: number): 'open' | 'closed' | null {
  const window = wayOf(one)?.window
  if (!window) return null
  return window.until !== null && Date.parse(window.until) > now ? 'open' : 'closed'
}

/** Tell why the reply cannot be sent now, as a key of the texts; null: it can. */
export function obstacle(one: Writing, conversation: Conversation | null): string | null {
  if (!conversation || one.isSending || one.waiting) return 'busy'
  if (one.mode === 'note') return one.note.trim() ? null : 'empty'
  if (one.taken) return 'taken'
  if (unfilled(`${one.subject}\n${one.reply}`).length) return 'places'
  if (isMail(one) && [...one.to, ...one.cc, ...one.bcc].some((each) => !isAddress(each))) return 'address'
  if (one.uploads.some((upload) => !upload.done && !upload.failed)) return 'uploading'
  if (wayOf(one)?.usable === false) return 'opted_out'
  if (windowOf(one, Date.now()) === 'closed') {
    const chosen = one.template
    if (!chosen) return 'template'
    return holes(chosen.template.text).every((hole) => chosen.values[hole]?.trim()) ? null : 'template'
  }
  if (one.answer === 'forward') return one.to.length && one.forwards !== null ? null : 'people'
  const hasFiles = one.uploads.some((upload) => upload.done)
  if (!one.reply.trim() && !hasFiles) return 'empty'
  if (!one.channel || one.addressId === null) return 'channel'
  return null
}

/** What the client wrote or allows, who he turned out to be, and what came back may change how he can be answered. */
export function changesWays(event: HubEvent): boolean {
  if (event.kind === 'interaction.added') return event.state.item?.direction === 'in'
  if (event.kind === 'delivery.changed') return ['failed', 'bounced'].includes(String(event.data.to))
  return /^(consent\.|client\.(changed|merged|unmerged)$)/.test(event.kind)
}
