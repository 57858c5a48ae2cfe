/** Picking a ready answer with `/` at a word's start. */

import { computed, ref, watch, type Ref } from 'vue'
import { canned as api, copyFiles, type Canned, type CannedText } from '@/api/answers'
import { fill, fillHtml, search, unfilled, variant, type Values } from '@/live/filling'
import { isMail, type Writing } from '@/live/writing'
import { useAnswers } from '@/stores/answers'
import { useLive } from '@/stores/live'
import { useLook } from '@/stores/look'
import { useWriting } from '@/stores/writing'
import { channelLook } from '../parts/channels'
import type { Field } from './field'

/** Shown at once; more are found by typing. */
const SHOWN = 30

export function useCanned(one: Ref<Writing>, clientId: Ref<number>, field: () => Field | undefined) {
  const answers = useAnswers()
  const live = useLive()
  const look = useLook()
  const writing = useWriting()
  /** What stands behind the `/` before the caret; null: there is none. */
  const typed = ref<string | null>(null)
  /** It was left with Esc and stays away while this is typed. */
  let left = ''
  const at = ref(0)
  const locale = ref<string | null>(null)
  const values = ref<Values>({})
  let places: Promise<unknown> = Promise.resolve()

  const kind = computed(() => {
    const hue = one.value.channel ? channelLook(one.value.channel).hue : null
    return hue === 'email' || hue === 'sms' || hue === 'whatsapp' ? hue : null
  })
  const found = computed<Canned[]>(() =>
    typed.value === null ? [] : search(answers.canned, typed.value, kind.value).slice(0, SHOWN),
  )
  const isOpen = computed(() => typed.value !== null)
  const chosen = computed<Canned | undefined>(() => found.value[at.value])
  const text = computed<CannedText | null>(() => (chosen.value ? textOf(chosen.value) : null))

  /** In the client's language if there is a variant, else in the company's. */
  function textOf(answer: Canned): CannedText {
    const client = live.state.clients.get(clientId.value)
    return variant(answer, locale.value, client?.locale, live.settings.locale, look.locale)
  }

  /** As it will stand in the message. */
  const preview = computed(() => {
    const now = text.value
    if (!now) return null
    const words = fill(now.text, values.value)
    return { subject: fill(now.subject, values.value), text: words, missing: unfilled(words), locale: now.locale }
  })

  function look_(): void {
    if (one.value.mode !== 'reply') {
      typed.value = null
      return
    }
    const last = /(?:^|\s)\/([\p{L}\p{N}’'-]*(?: [\p{L}\p{N}’'-]+)?)$/u.exec(field()?.before() ?? '')
    const next = last ? last[1]! : null
    if (next === null) left = ''
    else if (left !== '' && `/${next}`.startsWith(left)) return
    if (next !== null && typed.value === null) begin()
    if (next !== typed.value) at.value = 0
    typed.value = next
  }

  function begin(): void {
    locale.value = null
    void answers.load()
    places = api.places(one.value.conversationId).then(
      (known) => (values.value = known),
      () => undefined,
    )
  }

  function leave(): void {
    left = `/${typed.value ?? ''}`
    typed.value = null
  }

  async function pick(answer: Canned): Promise<void> {
    // Who types fast is quicker than the hub: no place is left empty that is known.
    await places
    if (typed.value === null) return
    const now = textOf(answer)
    const letters = typed.value.length + 1
    typed.value = null
    insert(now, letters)
    answers.took(answer.id)
    if (answer.attachments.length) await attach(answer)
  }

  function insert(now: CannedText, letters: number): void {
    const mail = isMail(one.value)
    const words = fill(now.text, values.value)
    const subject = fill(now.subject, values.value)
    if (mail && subject && one.value.subject === (one.value.defaults?.subject ?? '') && !one.value.defaults?.mail?.answers_id) {
      one.value.subject = subject
    }
    field()?.put(letters, { text: words, html: mail ? fillHtml(now.html, values.value) : '' })
    const gap = unfilled(words)[0]
    if (gap) window.setTimeout(() => field()?.choose(`{${gap}}`), 0)
  }

  async function attach(answer: Canned): Promise<void> {
    const files = await copyFiles(answer.attachments.map((file) => file.id)).catch(() => null)
    if (!files) {
      one.value.problem = 'files'
      return
    }
    writing.attach(one.value, files)
  }

  /** Take the keys that move in the list; tells whether it did. */
  function pressed(event: KeyboardEvent): boolean {
    if (!isOpen.value) return false
    const picks = (event.key === 'Enter' && !event.ctrlKey && !event.metaKey) || event.key === 'Tab'
    if (picks && !answers.isLoaded) {
      void pickWhenThere()
      return took(event)
    }
    if (!found.value.length && event.key !== 'Escape') return false
    const size = Math.max(1, found.value.length)
    if (event.key === 'ArrowDown') at.value = (at.value + 1) % size
    else if (event.key === 'ArrowUp') at.value = (at.value + size - 1) % size
    else if (event.key === 'Escape') leave()
    else if (event.altKey && (event.key === 'ArrowRight' || event.key === 'ArrowLeft')) turn()
    else if (picks) void pick(chosen.value!)
    else return false
    return took(event)
  }

  function took(event: KeyboardEvent): true {
    event.preventDefault()
    event.stopPropagation()
    return true
  }

  /** Who knows what he wants is quicker than the list. */
  async function pickWhenThere(): Promise<void> {
    await answers.load()
    if (chosen.value) await pick(chosen.value)
  }

  /** Show the next language that the answer has. */
  function turn(): void {
    const texts = chosen.value?.texts ?? []
    const now = texts.findIndex((each) => each.locale === text.value?.locale)
    locale.value = texts[(now + 1) % texts.length]?.locale ?? null
  }

  watch(() => [one.value.conversationId, one.value.mode], () => (typed.value = null))

  return { isOpen, found, at, chosen, preview, look: look_, pick, pressed, turn, typed, begin }
}
