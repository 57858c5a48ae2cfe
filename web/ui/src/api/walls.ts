/** What the wall shows. */

import type { Agent } from './types'

export interface WallQueue {
  id: number
  name: string
  channels: string[]
  waiting: number
  longest_since: string | null
  /** By the hours of the queue. */
  longest_due: string | null
  in_time: { now: number | null; half_hour: number | null; today: number | null }
  goal: number
  limit_s: number
  series: (number | null)[]
}

export interface WallAlarm {
  kind: 'wait' | 'service' | 'agent'
  queue_id: number | null
  agent_id: number | null
  since: string
  /** Seconds, or a share for `service`; the limit likewise. */
  value: number
  limit: number
}

export interface Wall {
  at: string
  cursor: number
  queues: WallQueue[]
  alarms: WallAlarm[]
  agents: Agent[]
}
