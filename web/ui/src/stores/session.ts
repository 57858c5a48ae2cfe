/** Who is signed in at this screen. */

import { defineStore } from 'pinia'
import { computed, ref } from 'vue'
import { onSignedOut, Refusal, setCsrf } from '@/api/http'
import { session as api } from '@/api/hub'
import type { Account, SignedIn } from '@/api/types'
import { useLook } from './look'

export const useSession = defineStore('session', () => {
  const account = ref<Account | null>(null)
  /** The newest event when the hub last said who we are. */
  const cursor = ref(0)
  /** The hub forgot us in the middle of work; what was written is still here. */
  const expired = ref(false)
  const isSignedIn = computed(() => account.value !== null && !expired.value)
  let asked: Promise<void> | null = null

  onSignedOut(() => {
    if (account.value) expired.value = true
  })

  function welcome(answer: SignedIn): void {
    account.value = answer.account
    expired.value = false
    setCsrf(answer.csrf)
    useLook().followAccount(answer.account.locale)
  }

  function seen(answer: SignedIn): void {
    welcome(answer)
    cursor.value = answer.cursor ?? 0
  }

  /** Ask the hub, once, whether this browser is signed in. */
  function restore(): Promise<void> {
    asked ??= api.current().then(seen, (error: unknown) => {
      // A hub that cannot be reached must be asked again; one that refused need not be.
      if (!(error instanceof Refusal)) asked = null
    })
    return asked
  }

  /** Ask again what one may: somebody has changed it. */
  async function renew(): Promise<void> {
    await api.current().then(seen, () => undefined)
  }

  async function signIn(email: string, password: string): Promise<void> {
    welcome(await api.signIn(email, password))
  }

  async function signOut(): Promise<void> {
    await api.signOut().catch(() => undefined)
    account.value = null
    expired.value = false
    setCsrf('')
  }

  function can(right: string): boolean {
    return account.value?.rights.includes(right) ?? false
  }

  return { account, cursor, expired, isSignedIn, welcome, restore, renew, signIn, signOut, can }
})
