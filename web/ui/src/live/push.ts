/** Has this browser take pushes, or no more. */

import { notices, type PushBrowser } from '@/api/notices'

export const canPush = (): boolean =>
  'serviceWorker' in navigator && 'PushManager' in window && 'Notification' in window

function bytes(written: string): Uint8Array<ArrayBuffer> {
  const plain = atob(written.replaceAll('-', '+').replaceAll('_', '/'))
  return Uint8Array.from(plain, (letter) => letter.charCodeAt(0))
}

function written(raw: ArrayBuffer | null): string {
  const plain = String.fromCharCode(...new Uint8Array(raw ?? new ArrayBuffer(0)))
  return btoa(plain).replaceAll('+', '-').replaceAll('/', '_').replaceAll('=', '')
}

/** The browser's own subscription, if it has one. */
export async function current(): Promise<PushSubscription | null> {
  if (!canPush()) return null
  const worker = await navigator.serviceWorker.getRegistration()
  return (await worker?.pushManager.getSubscription()) ?? null
}

/** Subscribe this browser under the hub's key; its old subscription ends. */
export async function subscribe(key: string): Promise<PushBrowser> {
  await navigator.serviceWorker.register('/push-worker.js')
  const worker = await navigator.serviceWorker.ready
  await (await worker.pushManager.getSubscription())?.unsubscribe()
  const made = await worker.pushManager.subscribe({ userVisibleOnly: true, applicationServerKey: bytes(key) })
  return await notices.subscribe(made.endpoint, written(made.getKey('p256dh')), written(made.getKey('auth')))
}

/** Let this browser take no more pushes. */
export async function unsubscribe(): Promise<void> {
  await (await current())?.unsubscribe()
}
