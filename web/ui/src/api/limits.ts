/** Settings of the hub that a screen has to know. */

export interface HubSettings {
  /** An answer that is due within so many minutes is at risk. */
  at_risk_minutes: number
  /** So many conversations one action may change. */
  max_bulk: number
  /** A tag is made by typing it. */
  free_tags?: boolean
  undo_seconds: number
  company: string
  country: string
  locale: string
  timezone: string
  demo: boolean
  max_text: number
  max_draft: number
  max_attachment_bytes: number
  max_attachments: number
  typing_seconds: number
  break_reasons: string[]
  /** Who is silent for so long has a break; 0: nobody has. */
  away_seconds: number
}
