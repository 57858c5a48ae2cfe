/** The composer's side of things: drafts, sending once, and what stands in the way. */
import { defineStore } from 'pinia'
import { reactive, watch } from 'vue'
import { conversations as api, interactions } from '@/api/hub'
import { Refusal, Unreachable } from '@/api/http'
import type { AttachmentView, Draft, HubEvent, Item } from '@/api/types'
import { i18n } from '@/i18n'
import { draftOf, giveBack, joinWords, pressOf, problemOf, takeMail, thenOf, uploadsOf } from '@/live/press'
import { answered, changesWays, isSame, matters, newWriting, type Answer, type Mode, type Press, type Then, type Writing } from '@/live/writing'
import { router } from '@/router'
import { useClosing, type How } from './closing'
import { dropDraft, keepDraft, readDraft, saveKept } from './drafts'
import { useLive } from './live'
import { dropPress, keepPress, keptPresses } from './outbox'
import { useSession } from './session'
import { useToasts } from './toasts'

export const useWriting = defineStore('writing', () => {
  const live = useLive()
  const session = useSession()
  const toasts = useToasts()
  const closing = useClosing()
  const all = reactive(new Map<number, Writing>())
  /** Opened, but the line broke before the ways to the client were known. */
  const unknown = new Set<Writing>()

  const account = (): number => session.account?.id ?? 0

  function of(conversation: number): Writing {
    if (!all.has(conversation)) all.set(conversation, newWriting(conversation))
    return all.get(conversation)!
  }

  /** Read drafts and the default channel when a conversation is opened. */
  async function begin(conversation: number, kept: Promise<Draft[]>): Promise<void> {
    const one = of(conversation)
    await Promise.all([loadDefaults(one), loadDrafts(one, kept)])
  }

  async function loadDefaults(one: Writing): Promise<void> {
    const defaults = await api.replyDefaults(one.conversationId).catch(() => null)
    if (!defaults) return void unknown.add(one)
    unknown.delete(one)
    one.defaults = defaults
    const usable = defaults.channels.some(
      (way) => way.usable && way.channel === one.channel && way.address_id === one.addressId,
    )
    if (!one.chosen || !usable) {
      one.channel = defaults.channel
      one.addressId = defaults.address_id
      one.chosen = false
    }
    one.subject ||= defaults.subject
  }

  async function loadDrafts(one: Writing, kept: Promise<Draft[]>): Promise<void> {
    if (one.draftsLoaded) return
    const [reply, note] = await Promise.all([
      readDraft(account(), one.conversationId, 'reply', kept),
      readDraft(account(), one.conversationId, 'note', kept),
    ])
    one.draftsLoaded = true
    // What is being typed already wins over what was left earlier.
    // What waits to go out may be the hub's draft still.
    if (reply && !one.reply && !(one.waiting && one.waiting.body.text === reply.text)) {
      one.reply = reply.text
      one.html = reply.html ?? ''
      one.uploads = [...uploadsOf(reply.attachments ?? [], reply.html), ...one.uploads]
      if (reply.taken_by) one.taken = { name: reply.taken_by_name ?? '', reason: reply.taken_reason ?? '' }
      if (reply.subject) one.subject = reply.subject
      takeMail(one, reply.mail)
      if (reply.channel && reply.address_id) choose(one, reply.channel, reply.address_id)
    }
    if (note && !one.note) one.note = note.text
  }

  function choose(one: Writing, channel: string, address: number): void {
    one.channel = channel
    one.addressId = address
    one.chosen = true
  }

  /** The text was changed by typing. */
  function typed(one: Writing, mode: Mode): void {
    one.problem = ''
    if (mode === 'note') {
      one.noteKey = null
      keepDraft(account(), one.conversationId, 'note', { text: one.note })
    } else {
      one.taken = null
      keepDraft(account(), one.conversationId, 'reply', draftOf(one))
    }
    live.typing(one.conversationId, mode, mode === 'note' ? undefined : answered(one, live.state.timelines.values()))
  }

  /** The author has looked at everything that the screen shows. */
  function looked(one: Writing): void {
    one.arrived = []
    one.missed = null
    one.then = undefined
    one.seen = null
  }

  /** He knows that something arrived and goes on; the hub will still ask him. */
  function keepWriting(one: Writing): void {
    one.arrived = []
  }

  function reconsider(event: HubEvent): void {
    if (!changesWays(event)) return
    const whose = [event.client_id, event.data.into_id, event.data.from_id]
    for (const one of all.values()) {
      const client = live.state.conversations.get(one.conversationId)?.client_id
      if (one.defaults && client && whose.includes(client)) void loadDefaults(one)
    }
  }

  /** The hub took what we believe to be unsent: its answer was lost, not the message. */
  function arrivedAfterAll(item: Item): void {
    const one = all.get(item.conversation_id ?? 0)
    if (!one || item.direction !== 'out' || item.author.id !== live.state.meId) return
    if (one.unsent?.body.text === item.text) {
      if (one.reply === item.text) clear(one, 'reply')
      else one.unsent = null
    } else if (one.reply.trim() && !one.isSending && one.reply !== item.text) {
      // Sent in another window of his, which ended the draft: what stands here is kept anew.
      keepDraft(account(), one.conversationId, 'reply', draftOf(one))
    }
  }

  function heardTaken(event: HubEvent): void {
    if (event.data.author_id !== live.state.meId) return
    const one = of(event.conversation_id ?? 0)
    one.taken = { name: event.actor.name, reason: String(event.data.reason ?? '') }
  }

  function heard(events: HubEvent[]): void {
    for (const event of events) {
      reconsider(event)
      if (event.kind === 'draft.taken') heardTaken(event)
      if (event.kind === 'interaction.added' && event.state.item) arrivedAfterAll(event.state.item)
      const item = event.state.item
      if (!item || item.conversation_id === null) continue
      const one = all.get(item.conversation_id)
      if (!one || !one.reply.trim()) continue
      const isNew = event.kind === 'interaction.added' || event.kind === 'note.added'
      if (!isNew || !matters(item, one.conversationId, live.state.meId)) continue
      // From here on the author writes without having seen this.
      one.seen ??= event.seq - 1
      one.arrived = [...one.arrived.filter((known) => known.id !== item.id), item]
    }
  }

  /** Send the reply. Gives the entry, or null when something is in the way. */
  async function send(one: Writing, then?: Then, anyway = false): Promise<Item | null> {
    if (one.isSending || one.waiting) return null
    const about = live.state.conversations.get(one.conversationId)
    let how: How | null = {}
    if (then === 'resolve' && about && closing.isDue(about)) how = await closing.ask(about, { sends: true })
    while (how) {
      const given: Press = pressOf(one, how.staysOpen ? undefined : then, one.seen ?? live.state.cursor, anyway, how)
      // What may have reached the hub already goes under its first key.
      const done: Item | Refusal | null = await deliver(one, one.unsent && isSame(one.unsent, given) ? one.unsent : given)
      if (!(done instanceof Refusal)) return done
      const isHere = Number(router.currentRoute.value.params.id) === one.conversationId
      if (!about || !isHere) {
        // He is elsewhere by now, and nothing opens under his hands.
        one.problem = problemOf(done)
        notSent(one, 'strip.closingRefused')
        return null
      }
      how = await closing.ask(about, { sends: true, how, refusal: done })
    }
    return null
  }

  /** Give the entry; a refusal if only the closing was refused; or null. */
  async function deliver(one: Writing, given: Press): Promise<Item | Refusal | null> {
    one.isSending = true
    one.problem = ''
    const cursor = live.state.cursor
    try {
      if (given.forwards !== null) return await handOn(one, given, cursor)
      const answer = await api.reply(one.conversationId, given.body, given.key)
      live.seeItem(answer.item, cursor)
      live.seeConversation(answer.conversation, cursor)
      accepted(one, given)
      return answer.item
    } catch (error) {
      if (error instanceof Refusal && closing.isRefused(error.code) && one.waiting?.key !== given.key) {
        one.unsent = null
        return error
      }
      failed(one, error, given)
      return null
    } finally {
      one.isSending = false
    }
  }

  async function handOn(one: Writing, given: Press, cursor: number): Promise<Item> {
    const { text, html, subject, to, cc, bcc, sign, attachment_ids, send_at } = given.body
    const item = await interactions.forward(
      given.forwards ?? 0,
      { channel: 'email', to: to ?? [], cc, bcc, text, html, subject, sign, attachment_ids, send_at },
      given.key,
    )
    live.seeItem(item, cursor)
    accepted(one, given)
    return item
  }

  /** The hub has it: what was written since stays, the rest is done. */
  function accepted(one: Writing, given: Press): void {
    if (one.waiting?.key !== given.key) return clear(one, 'reply')
    one.waiting = null
    dropPress(account(), one.conversationId)
    if (one.reply.trim()) typed(one, 'reply')
    else clear(one, 'reply')
  }

  /** Let a press wait for the connection; its words leave the field. */
  function wait(one: Writing): void {
    const given = one.unsent
    if (!given || !keepPress(account(), one.conversationId, given)) {
      one.problem = 'failed'
      return
    }
    clear(one, 'reply')
    one.waiting = given
  }

  /** Answer the client, all who were on the mail, or hand it on. */
  function answerAs(one: Writing, answer: Answer, item?: Item): void {
    const mail = one.defaults?.mail
    const was = one.answer
    one.mode = 'reply'
    one.answer = answer
    if (answer === 'forward') {
      one.forwards = item?.id ?? one.forwards ?? mail?.answers_id ?? null
      if (was !== 'forward') {
        one.to = []
        one.cc = []
      }
      const about = item?.subject || (one.defaults?.subject ?? '').replace(/^Re: /, '')
      one.subject = `Fwd: ${about}`.trim()
    } else {
      one.forwards = null
      one.to = answer === 'all' ? [...(mail?.to ?? [])] : []
      one.cc = answer === 'all' ? [...(mail?.cc ?? [])] : []
      if (was === 'forward') one.subject = one.defaults?.subject ?? ''
      // Everybody is reached by mail alone.
      const way = one.defaults?.channels.find((each) => each.usable && each.channel === 'email')
      if (answer === 'all' && one.channel !== 'email' && way) choose(one, way.channel, way.address_id)
    }
    typed(one, 'reply')
  }

  function failed(one: Writing, error: unknown, given: Press): void {
    const isWaiting = one.waiting?.key === given.key
    if (error instanceof Unreachable) {
      // A press that waits goes on waiting; another one waits only if the agent says so.
      if (!isWaiting) one.unsent = given
      return
    }
    if (isWaiting) cancelWaiting(one)
    one.unsent = null
    if (error instanceof Refusal && error.code === 'missed_messages') {
      one.missed = (error.details.missed as Item[] | undefined) ?? []
      one.seen = given.body.seen
      one.then = thenOf(given)
    } else one.problem = problemOf(error)
    if (isWaiting) notSent(one, 'strip.waitedRefused')
  }

  /** It was to go by itself and did not: that must be told wherever the agent is. */
  function notSent(one: Writing, words: string): void {
    const name = live.state.conversations.get(one.conversationId)?.client_name ?? ''
    toasts.show(i18n.global.t(words, { name }), {
      tone: 'over',
      action: {
        label: i18n.global.t('act.open'),
        run: () => void router.push({ name: 'desk', params: { view: 'all', id: one.conversationId } }),
      },
    })
  }

  /** Leave a note for the team; the key makes a second press of it harmless. */
  async function addNote(one: Writing): Promise<Item | null> {
    if (one.isSending) return null
    one.isSending = true
    const cursor = live.state.cursor
    const named = one.mentions.filter((id) => {
      const agent = live.state.agents.get(id)
      return agent !== undefined && one.note.includes(`@${agent.name}`)
    })
    try {
      one.noteKey ??= crypto.randomUUID()
      const { item } = await api.note(one.conversationId, one.note, named, one.noteKey)
      live.seeItem(item, cursor)
      clear(one, 'note')
      return item
    } catch (error) {
      one.problem = error instanceof Unreachable ? 'offline' : problemOf(error)
      return null
    } finally {
      one.isSending = false
    }
  }

  function clear(one: Writing, mode: Mode): void {
    dropDraft(account(), one.conversationId, mode)
    live.typing(one.conversationId, null)
    one.problem = ''
    if (mode === 'note') {
      one.note = ''
      one.noteKey = null
      one.mentions = []
      return
    }
    one.reply = ''
    one.html = ''
    one.unsent = null
    one.taken = null
    one.uploads = []
    one.answer = 'one'
    one.to = []
    one.cc = []
    one.bcc = []
    one.quote = null
    one.sign = true
    one.forwards = null
    one.subject = one.defaults?.subject ?? ''
    one.sendAt = null
    one.template = null
    looked(one)
  }

  /** Leave it a draft; pressed again it is a press of its own. */
  function letBe(one: Writing): void {
    one.unsent = null
  }

  /** Let files go along that are on the hub already. */
  function attach(one: Writing, files: AttachmentView[]): void {
    one.uploads.push(...uploadsOf(files))
    typed(one, 'reply')
  }

  /** Not after all: its words go back into the field. */
  function cancelWaiting(one: Writing): void {
    const given = one.waiting
    one.waiting = null
    dropPress(account(), one.conversationId)
    if (!given) return
    giveBack(one, given)
    typed(one, 'reply')
  }

  /** Take a held message back into the composer. */
  async function undo(item: Item): Promise<void> {
    const one = of(item.conversation_id ?? 0)
    const { draft } = await interactions.undo(item.id)
    one.mode = 'reply'
    take(one, draft)
  }

  /** Put a draft that the hub gives before what is written here. */
  function take(one: Writing, draft: Draft): void {
    joinWords(one, { text: draft.text, html: draft.html ?? '' })
    const known = new Set(one.uploads.map(({ done }) => done?.id))
    const fresh = (draft.attachments ?? []).filter((file) => !known.has(file.id))
    one.uploads = [...uploadsOf(fresh, draft.html), ...one.uploads]
    if (draft.subject) one.subject = draft.subject
    takeMail(one, draft.mail)
    if (draft.channel && draft.address_id) choose(one, draft.channel, draft.address_id)
    typed(one, 'reply')
  }

  live.onEvents(heard)

  // The line is back, or the page is: drafts are saved, and presses that waited go out, each under its own key.
  watch(
    () => live.isOnline,
    async (ready) => {
      if (!ready) return
      for (const one of [...unknown]) void loadDefaults(one)
      saveKept(account())
      for (const [conversation, given] of keptPresses(account())) of(conversation).waiting ??= given
      for (const one of all.values()) {
        if (one.waiting && !one.isSending) await deliver(one, one.waiting)
      }
    },
    { immediate: true },
  )

  return { all, of, begin, loadDefaults, choose, answerAs, typed, looked, keepWriting, send, addNote, wait, letBe, attach, cancelWaiting, take, undo }
})
