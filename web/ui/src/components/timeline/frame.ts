/**
 * Work on a mail's page from outside of it.
 *
 * The page has our origin and no scripts, neither by its frame's sandbox nor by its own
 * policy. So the desk may look at it and put things in order, and it may do nothing.
 */

export interface Dressed {
  /** Remote pictures that were not loaded. */
  blocked: number
  /** The hub may fetch them. */
  canShow: boolean
}

/** Nothing is worth a frame that is higher than this; the rest is scrolled to within it. */
const HIGHEST = 12_000
const LOWEST = 40
const QUOTES = 'blockquote, .quoted'

export function dress(page: Document, words: { quoted: string }): Dressed {
  for (const link of page.querySelectorAll<HTMLAnchorElement>('a[href]')) tellWhereItLeads(link)
  foldQuotes(page, words.quoted)
  return {
    blocked: page.querySelectorAll('img[data-blocked-src]').length,
    canShow: page.documentElement.dataset.images === 'on',
  }
}

export function heightOf(page: Document): number {
  const body = page.body
  if (!body) return LOWEST
  return Math.min(HIGHEST, Math.max(LOWEST, Math.ceil(Math.max(body.scrollHeight, body.getBoundingClientRect().height)) + 2))
}

/** Its target on hover, and in the open where its words name another place. */
function tellWhereItLeads(link: HTMLAnchorElement): void {
  link.title = link.href
  link.rel = 'noopener noreferrer nofollow'
  link.target = '_blank'
  const told = hostIn(link.textContent ?? '')
  const real = hostOf(link.href)
  // Both in the letters of the network: a name in Cyrillic is `xn--` there.
  if (told && real && !isSame(hostOf(`https://${told}`) || told, real)) link.dataset.leads = real
}

function hostOf(address: string): string {
  try {
    const url = new URL(address)
    return url.protocol === 'mailto:' ? (url.pathname.split('@').pop() ?? '').toLowerCase() : url.hostname.toLowerCase()
  } catch {
    return ''
  }
}

/** Letters that nobody sees, and that hide a name from who compares it. */
const UNSEEN = /[\u00ad\u200b-\u200f\u2028-\u202e\u2060-\u206f\ufeff]/gu

/** What a reader would take for the place a link leads to; nothing for plain words. */
export function hostIn(written: string): string {
  // Written backwards, it is read the right way round.
  const turned = written.includes('\u202e') ? [...written].reverse().join('') : written
  const words = turned.replaceAll(UNSEEN, '')
  const found = /^\s*(?:https?:\/\/|mailto:)?(?:[^\s@/]+@)?((?:[\p{L}\p{N}-]+\.)+\p{L}{2,24})(?=$|[/:?#\s])/iu.exec(words)
  return found?.[1]?.toLowerCase() ?? ''
}

function isSame(told: string, real: string): boolean {
  const bare = (host: string): string => host.replace(/^www\./, '')
  return bare(told) === bare(real) || bare(real).endsWith(`.${bare(told)}`)
}

/** Fold what is quoted below the words; what stands between answers stays in the open. */
function foldQuotes(page: Document, label: string): void {
  const head = page.querySelector('#reply-head')
  if (head) {
    if (saysSomething(page, head, BEFORE)) fold(page, head, label, true)
    return
  }
  const outermost = [...page.querySelectorAll(QUOTES)].filter((one) => !one.parentElement?.closest(QUOTES))
  const only = outermost.length === 1 ? outermost[0] : undefined
  if (only && saysSomething(page, only, BEFORE) && !saysSomething(page, only, BEHIND)) fold(page, only, label, false)
}

const BEFORE = Node.DOCUMENT_POSITION_PRECEDING
const BEHIND = Node.DOCUMENT_POSITION_FOLLOWING

/** Whether there are words (or pictures) before or behind an element. */
function saysSomething(page: Document, element: Element, where: number): boolean {
  const walker = page.createTreeWalker(page.body, NodeFilter.SHOW_TEXT | NodeFilter.SHOW_ELEMENT)
  while (walker.nextNode()) {
    const node = walker.currentNode
    const says = node.nodeName === 'IMG' || (node.nodeType === Node.TEXT_NODE && /[\p{L}\p{N}]/u.test(node.textContent ?? ''))
    if (says && !element.contains(node) && element.compareDocumentPosition(node) & where) return true
  }
  return false
}

/** Put an element into a fold, with all that follows it in its box if `toEnd`. */
function fold(page: Document, first: Element, label: string, toEnd: boolean): void {
  const old = page.createElement('details')
  old.className = 'old'
  const summary = page.createElement('summary')
  summary.textContent = label
  old.append(summary)
  first.before(old)
  let next: ChildNode | null = first
  while (next) {
    const following: ChildNode | null = toEnd ? next.nextSibling : null
    old.append(next)
    next = following
  }
}
