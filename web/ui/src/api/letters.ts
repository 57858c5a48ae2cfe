/** What mails of ours have beside their words. */

export interface MailDefaults {
  answers_id: number | null
  to: string[]
  cc: string[]
  known: string[]
  quote: boolean
  signature: { text: string; html: string; whose: string }
}

export interface Signature {
  text: string
  html: string
  overrules: boolean
  updated_at: string | null
}

/** Who else a begun reply goes to, and how. */
export interface DraftMail {
  to?: string[]
  cc?: string[]
  bcc?: string[]
  quote?: boolean
  forwards_id?: number
}
