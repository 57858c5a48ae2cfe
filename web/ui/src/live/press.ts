/** What a press of "send" says, and how it goes back into the composer. Pure. */

import { Refusal } from '@/api/http'
import type { AttachmentView, Draft, DraftMail } from '@/api/types'
import type { How } from '@/stores/closing'
import { isMail, windowOf, type Press, type Then, type Upload, type Writing } from './writing'

/** Pressed now, having seen the log up to `seen`. */
export function pressOf(one: Writing, then: Then, seen: number, anyway: boolean, how: How = {}): Press {
  const files = filesOf(one)
  return {
    key: crypto.randomUUID(),
    body: {
      channel: one.channel ?? '',
      address_id: one.addressId ?? 0,
      text: one.reply,
      ...(isMail(one) ? mailBody(one) : {}),
      seen,
      ...(anyway ? { anyway: true } : {}),
      ...(one.sendAt ? { send_at: one.sendAt } : {}),
      ...(files.length ? { attachment_ids: files.map((file) => file.id) } : {}),
      ...templateOf(one),
      ...(typeof then === 'string' ? { then } : then ? { then: 'snooze' as const, snoozed_until: then.snooze } : {}),
      ...(how.disposition ? { disposition: how.disposition } : {}),
      ...(how.anyway ? { despite_promises: true } : {}),
    },
    forwards: one.answer === 'forward' ? one.forwards : null,
    files,
  }
}

/** What was to become of the conversation then. */
export function thenOf({ body }: Press): Then {
  return body.then === 'snooze' ? { snooze: body.snoozed_until ?? '' } : body.then
}

/** What goes along: a picture only while the words of a mail show it. */
export function filesOf(one: Writing): AttachmentView[] {
  return one.uploads.flatMap(({ done, inline }) => {
    if (!done || (inline && isMail(one) && !one.html.includes(`cid:file-${done.id}"`))) return []
    return [done]
  })
}

/** A begun reply as it is kept. */
export function draftOf(one: Writing): Draft {
  const files = one.uploads.flatMap(({ done }) => (done ? [done.id] : []))
  return {
    text: one.reply,
    html: one.html,
    subject: one.subject,
    mail: mailOf(one),
    ...(files.length ? { attachment_ids: files } : {}),
    channel: one.chosen ? one.channel : null,
    address_id: one.chosen ? one.addressId : null,
  }
}

/** Files that are on the hub already, as the composer shows them. */
export function uploadsOf(files: AttachmentView[], html = ''): Upload[] {
  return files.map((file) => ({
    key: -file.id,
    name: file.name,
    share: 1,
    failed: false,
    done: file,
    ...(html.includes(`cid:file-${file.id}"`) ? { inline: true } : {}),
    stop: () => undefined,
  }))
}

/** Put a press that did not go out back among the words, before what was begun since. */
export function giveBack(one: Writing, press: Press): void {
  const { body } = press
  joinWords(one, { text: body.text, html: body.html ?? '' })
  one.uploads = [...uploadsOf(press.files, body.html), ...one.uploads]
  one.subject = body.subject ?? one.subject
  one.channel = body.channel || one.channel
  one.addressId = body.address_id || one.addressId
  one.chosen = true
  one.sign = body.sign ?? true
  one.sendAt = body.send_at ?? one.sendAt
  takeMail(one, { to: body.to, cc: body.cc, bcc: body.bcc, quote: body.quote, forwards_id: press.forwards ?? undefined })
}

/** Put words before those that are there; neither are lost. */
export function joinWords(one: Writing, words: { text: string; html: string }): void {
  if (!one.reply.trim() && !one.html) {
    one.reply = words.text
    one.html = words.html
    return
  }
  const lines = (text: string): string =>
    text
      .split('\n')
      .map((line) => `<div>${line.replaceAll('&', '&amp;').replaceAll('<', '&lt;') || '<br>'}</div>`)
      .join('')
  if (words.html || one.html) {
    one.html = `${words.html || lines(words.text)}<div><br></div>${one.html || lines(one.reply)}`
  }
  one.reply = `${words.text}\n\n${one.reply}`
}

/** What a draft keeps of a mail. */
export function mailOf(one: Writing): DraftMail {
  return {
    ...(one.to.length ? { to: one.to } : {}),
    ...(one.cc.length ? { cc: one.cc } : {}),
    ...(one.bcc.length ? { bcc: one.bcc } : {}),
    ...(one.quote === null ? {} : { quote: one.quote }),
    ...(one.forwards === null ? {} : { forwards_id: one.forwards }),
  }
}

/** What a mail says beside its words. */
export function mailBody(one: Writing): Partial<Press['body']> {
  return {
    ...(one.subject ? { subject: one.subject } : {}),
    ...(one.html ? { html: one.html } : {}),
    ...(one.to.length ? { to: one.to } : {}),
    ...(one.cc.length ? { cc: one.cc } : {}),
    ...(one.bcc.length ? { bcc: one.bcc } : {}),
    ...(one.quote === null ? {} : { quote: one.quote }),
    ...(one.sign ? {} : { sign: false }),
  }
}

export function takeMail(one: Writing, mail: DraftMail | null | undefined): void {
  one.to = [...(mail?.to ?? [])]
  one.cc = [...(mail?.cc ?? [])]
  one.bcc = [...(mail?.bcc ?? [])]
  one.quote = mail?.quote ?? null
  one.forwards = mail?.forwards_id ?? null
  one.answer = one.forwards !== null ? 'forward' : one.to.length + one.cc.length ? 'all' : 'one'
}

/** A template goes only where words of one's own may not. */
export function templateOf(one: Writing): Partial<Press['body']> {
  if (!one.template || windowOf(one, Date.now()) !== 'closed') return {}
  return { text: '', template_id: one.template.template.id, template_values: one.template.values }
}

/** A key of the texts, or the hub's own words about a field. */
export function problemOf(error: unknown): string {
  if (!(error instanceof Refusal)) return 'failed'
  if (['promise_open', 'disposition_missing', 'opted_out', 'window_closed'].includes(error.code)) return error.code
  if (typeof error.details.reason === 'string') return error.details.reason
  const fields = error.details.errors
  if (fields && typeof fields === 'object') {
    const first = Object.values(fields as Record<string, unknown>)[0]
    if (typeof first === 'string') return first
  }
  return error.message
}
