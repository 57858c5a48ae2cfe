/** A form as the editor holds it, and as the hub takes it. */

export type Wording = Partial<Record<'uk' | 'en', string>>

export const KINDS = ['text', 'textarea', 'email', 'phone', 'choice', 'choices', 'date', 'number', 'order', 'files', 'consent', 'hidden'] as const
export type Kind = (typeof KINDS)[number]

export interface Choice {
  value: string
  label: Wording
}

export interface Question {
  name: string
  kind: Kind
  label: Wording
  help: Wording
  required: boolean
  choices: Choice[]
  max_length: number | null
  max_files: number
  max_file_bytes: number
  file_types: string[]
  value: string
}

export interface FormBody {
  title: Wording
  intro: Wording
  thanks: Wording
  locale: 'uk' | 'en'
  redirect: string
  subject: string
  queue_id: number | null
  confirms: boolean
  origins: string[]
  active: boolean
  questions: Question[]
}

export interface WebForm extends FormBody {
  id: number
  name: string
  version: number
  submissions: number
  last_at: string | null
  created_at: string
  updated_at: string
}

/** A question in the editor, with a key of its own so that moving keeps the focus. */
export interface Asked extends Question {
  key: number
}

let last = 0

export function asked(one: Question): Asked {
  return { ...(JSON.parse(JSON.stringify(one)) as Question), key: (last += 1) }
}

export function newQuestion(kind: Kind, others: readonly Question[], label: Wording = {}): Asked {
  const taken = new Set(others.map((one) => one.name))
  let name: string = kind === 'text' ? 'question' : kind
  for (let count = 2; taken.has(name); count += 1) name = `${kind === 'text' ? 'question' : kind}_${count}`
  return asked({
    name,
    kind,
    label,
    help: {},
    required: false,
    choices: kind === 'choice' || kind === 'choices' ? [{ value: '1', label: {} }] : [],
    max_length: null,
    max_files: 5,
    max_file_bytes: 10_000_000,
    file_types: [],
    value: kind === 'hidden' ? '{page}' : '',
  })
}

/** What the hub takes: without the editor's own keys, and without empty lines. */
export function bodyOf(form: FormBody, questions: readonly Asked[]): FormBody {
  return {
    title: form.title,
    intro: form.intro,
    thanks: form.thanks,
    locale: form.locale,
    redirect: form.redirect.trim(),
    subject: form.subject.trim(),
    queue_id: form.queue_id,
    confirms: form.confirms,
    active: form.active,
    origins: form.origins.map((one) => one.trim().replace(/\/$/, '')).filter(Boolean),
    questions: questions.map((one) => {
      const isChoice = one.kind === 'choice' || one.kind === 'choices'
      const question: Question & { key?: number } = { ...one, choices: isChoice ? one.choices : [] }
      delete question.key
      return question
    }),
  }
}

export function said(words: Wording, locale: string, own: string): string {
  return words[locale as 'uk' | 'en'] || words[own as 'uk' | 'en'] || Object.values(words)[0] || ''
}

/** Lines of choices: what is asked, and `what is kept = what is asked` where they differ. */
export function choiceLines(choices: readonly Choice[], locale: 'uk' | 'en'): string {
  return choices.map((one) => said(one.label, locale, locale) || one.value).join('\n')
}

/** Keep the values of choices that were there; a new line's value is its words. */
export function choicesFrom(lines: string, before: readonly Choice[], locale: 'uk' | 'en'): Choice[] {
  return lines.split('\n').map((line, place) => {
    const was = before[place]
    const known = before.find((one) => (one.label[locale] || one.value) === line)
    if (known) return known
    if (was && before.length === lines.split('\n').length) return { value: was.value, label: { ...was.label, [locale]: line } }
    return { value: line, label: { [locale]: line } }
  })
}
