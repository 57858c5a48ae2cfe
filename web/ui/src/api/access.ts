import type { Account } from './types'

/** Sign-ins and the keys of programs. */

export interface SessionRow {
  id: number
  created_at: string
  seen_at: string
  remote: string
  program: string
  current: boolean
}

export interface TokenRow {
  id: number
  name: string
  scopes: string[]
  created_at: string
  expires_at: string | null
  used_at: string | null
  revoked_at: string | null
}

export interface SignedIn {
  account: Account
  csrf: string
  /** From where one's own matters can be followed; only who asks is told. */
  cursor?: number | null
}
