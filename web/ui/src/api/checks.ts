/** What the set-up pages know of channels. */
/** One thing that a channel tried of itself; `words/findings.ts` says it. */
export interface Finding {
  check: string
  grade: 'ok' | 'warning' | 'wrong'
  code: string
  facts: Record<string, string | number>
}

export interface ChannelCheck {
  id: number
  channel: string
  recipient: string
  started_at: string
  ended_at: string | null
  state: 'running' | 'ok' | 'warning' | 'wrong' | 'cut_off'
  findings: Finding[]
}

/** A way in of a channel, in one process of the hub. */
export interface Receiver {
  name: string
  state: 'receiving' | 'starting' | 'failing'
  where: string
  since: string | null
  /** Why it fails, as the code of a finding, or in the server's own words. */
  code: string
  trouble: string
}

/** A channel that there is, set up or not. */
export interface ChannelRow {
  name: string
  configured: boolean
  reaches: 'email' | 'phone' | null
  addresses: string[]
  receivers: Receiver[]
  activity: {
    last_in_at: string | null
    last_out_at: string | null
    last_failed_at: string | null
    last_failure: string
    last_failure_code: string
    unreadable: number
  }
  last_check: ChannelCheck | null
}
