/** Roles and their rights, in words. */

import { onMounted, ref } from 'vue'
import { useI18n } from 'vue-i18n'
import { roles as api, type RightRow, type Role } from '@/api/admin'
import { useSession } from '@/stores/session'

/** How the editor shows rights. One that a newer hub knows is among the last. */
export const GROUPS: Record<string, string[]> = {
  clients: ['read', 'reply', 'clients', 'erase', 'orders', 'quarantine'],
  team: ['wall', 'queues', 'accounts', 'audit'],
  channels: ['channels', 'forms'],
  work: ['answers', 'tags', 'attributes', 'views'],
  programs: ['tokens', 'webhooks', 'retention'],
}

/** Allow something, and what it needs. Pure. */
export function allowed(held: Iterable<string>, right: string, rights: RightRow[]): string[] {
  const next = new Set(held)
  for (let one: string | null | undefined = right; one; one = rights.find((row) => row.name === one)?.needs) next.add(one)
  return [...next]
}

/** Allow something no more, nor what needs it. Pure. */
export function denied(held: Iterable<string>, right: string, rights: RightRow[]): string[] {
  const next = new Set(held)
  const drop = (name: string): void => {
    next.delete(name)
    for (const row of rights) if (row.needs === name && next.has(row.name)) drop(row.name)
  }
  drop(right)
  return [...next]
}

export function useRoles() {
  const { t, te } = useI18n()
  const session = useSession()
  const rows = ref<Role[]>([])
  const isLoading = ref(true)
  const failed = ref(false)

  async function load(): Promise<void> {
    failed.value = false
    try {
      rows.value = (await api.list()).items
    } catch {
      failed.value = true
    } finally {
      isLoading.value = false
    }
  }

  const rightName = (right: string): string => (te(`right.${right}`) ? t(`right.${right}`) : right)
  const roleName = (key: string): string => {
    if (te(`role.${key}`)) return t(`role.${key}`)
    return rows.value.find((one) => one.key === key)?.name ?? key
  }
  /** Nobody gives what he has not himself. */
  const mayGive = (rights: string[]): boolean => rights.every((one) => one === 'self' || session.can(one))

  onMounted(load)
  return { rows, isLoading, failed, load, rightName, roleName, mayGive }
}
