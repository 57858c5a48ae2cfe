/** What can be read of what is in quarantine; a mail's rows are from, to, cc, subject and date. */
export interface QuarantineReading {
  rows: { name: string; value: string }[]
  text: string
  files: string[]
}
