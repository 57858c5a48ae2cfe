/** The keys of the desk. Plain ones rest while a field has the focus. */

import { onMounted, onUnmounted } from 'vue'
import { useI18n } from 'vue-i18n'
import { useRouter } from 'vue-router'
import { useDesk, type Wish } from '@/stores/desk'
import { useLook } from '@/stores/look'
import { usePicking } from '@/stores/picking'
import { useToasts } from '@/stores/toasts'

const PLAIN: Record<string, Wish> = {
  KeyJ: 'next',
  ArrowDown: 'next',
  KeyK: 'previous',
  ArrowUp: 'previous',
  KeyR: 'reply',
  KeyF: 'forward',
  KeyN: 'note',
  KeyA: 'assign',
  KeyT: 'tags',
  KeyS: 'snooze',
  KeyE: 'resolve',
  KeyX: 'select',
  KeyM: 'move',
  KeyU: 'first-new',
  KeyP: 'promise',
  BracketLeft: 'fold',
  BracketRight: 'unfold',
}

const SHIFTED: Record<string, Wish> = {
  KeyJ: 'entry-next',
  ArrowDown: 'entry-next',
  KeyK: 'entry-previous',
  ArrowUp: 'entry-previous',
  KeyM: 'split',
}

/** While conversations are chosen in the list, these are about all of them. */
const MANY: Partial<Record<Wish, Wish>> = {
  assign: 'bulk-assign',
  tags: 'bulk-tags',
  snooze: 'bulk-snooze',
  resolve: 'bulk-resolve',
}

const GOES: Record<string, string> = { KeyM: 'mine', KeyU: 'unassigned', KeyT: 'all', KeyN: 'mentions', KeyR: 'at_risk', KeyS: 'snoozed' }
const GO_WITHIN_MS = 1500

function isTyping(target: EventTarget | null): boolean {
  if (!(target instanceof HTMLElement)) return false
  return (
    target.isContentEditable ||
    ['INPUT', 'TEXTAREA', 'SELECT'].includes(target.tagName) ||
    target.closest('[role=menu],[role=dialog],[role=listbox]') !== null
  )
}

export function useKeys(): void {
  const { t } = useI18n()
  const desk = useDesk()
  const toasts = useToasts()
  const look = useLook()
  const picking = usePicking()
  const router = useRouter()
  let goPressed = 0

  /** A key that the role does not allow says so: it was pressed for something. */
  function ask(what: Wish): void {
    if (!desk.ask(what)) toasts.show(t('roles.keyReadsOnly'))
  }

  /** Keys are told by their place, so that they work under a Ukrainian layout too. */
  function pressed(event: KeyboardEvent): void {
    if (event.defaultPrevented || event.isComposing) return
    if (withModifier(event) || (!isTyping(event.target) && plain(event))) event.preventDefault()
  }

  function withModifier(event: KeyboardEvent): boolean {
    const isControl = event.ctrlKey || event.metaKey
    if (isControl && event.code === 'KeyK') {
      desk.palette = !desk.palette
      return true
    }
    // Not all of a history is on the screen; pressed once more it is the browser's own.
    if (isControl && event.code === 'KeyF' && canSearchHistory(event.target)) {
      ask('find')
      return true
    }
    // In a field with text Ctrl Z takes back typing; the composer asks for itself.
    if (isControl && event.code === 'KeyZ' && !isTyping(event.target)) {
      ask('undo')
      return true
    }
    if (isControl && event.code === 'KeyA' && !isTyping(event.target) && isOnList(event.target)) {
      ask('pick-all')
      return true
    }
    if (event.altKey && event.code === 'KeyR') {
      ask('read-missed')
      return true
    }
    // What is offered does not wait until a field is left.
    if (event.code === 'F8' || event.code === 'F9') {
      ask(event.code === 'F8' ? 'accept' : 'decline')
      return true
    }
    const digit = /^Digit([1-4])$/.exec(event.code)
    if (event.altKey && digit) {
      ask(`channel-${Number(digit[1])}`)
      return true
    }
    return false
  }

  /** X chooses conversations where the list is at hand, and messages where one is read. */
  function isOnList(target: EventTarget | null): boolean {
    const route = router.currentRoute.value
    if (route.name !== 'desk') return false
    const isIn = target instanceof HTMLElement && target.closest('[data-test=list]') !== null
    return picking.isPicking || isIn || !route.params.id
  }

  function canSearchHistory(target: EventTarget | null): boolean {
    const route = router.currentRoute.value
    const isThere = target instanceof HTMLElement && target.closest('[data-test=history-search]') !== null
    return route.name === 'desk' && Boolean(route.params.id) && !isThere
  }

  function plain(event: KeyboardEvent): boolean {
    if (event.ctrlKey || event.metaKey || event.altKey) return false
    if (event.key === '?' || (event.shiftKey && event.code === 'Slash')) {
      desk.keys = true
      return true
    }
    if (event.code === 'KeyX' && isOnList(event.target)) {
      ask(event.shiftKey ? 'pick-range' : 'pick')
      return true
    }
    const shifted = event.shiftKey ? SHIFTED[event.code] : undefined
    if (shifted) {
      ask(shifted)
      return true
    }
    if (event.shiftKey) {
      if (event.code === 'KeyR') {
        ask('reply-all')
        return true
      }
      if (event.code !== 'KeyD') return false
      look.flip()
      return true
    }
    if (event.code === 'KeyD' && Date.now() - goPressed < GO_WITHIN_MS) {
      goPressed = 0
      void router.push({ name: 'agenda' })
      return true
    }
    const goes = GOES[event.code]
    if (goes && Date.now() - goPressed < GO_WITHIN_MS) {
      goPressed = 0
      void router.push({ name: 'desk', params: { view: goes } })
      return true
    }
    if (event.code === 'KeyG') {
      goPressed = Date.now()
      return true
    }
    if (event.code === 'KeyQ') {
      desk.whole = !desk.whole
      return true
    }
    if (event.code === 'KeyI') {
      desk.card = !desk.card
      return true
    }
    if (event.code === 'Escape') {
      ask('back')
      return true
    }
    const onControl = event.target instanceof HTMLElement && event.target.closest('button,a,[role=radio]')
    if (event.code === 'Enter' && !onControl) {
      ask('open')
      return true
    }
    if (event.code === 'KeyO') {
      ask('open')
      return true
    }
    const wish = PLAIN[event.code]
    if (!wish) return false
    ask((picking.isPicking && MANY[wish]) || wish)
    return true
  }

  onMounted(() => window.addEventListener('keydown', pressed))
  onUnmounted(() => window.removeEventListener('keydown', pressed))
}
