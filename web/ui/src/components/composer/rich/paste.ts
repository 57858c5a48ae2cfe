/**
 * What is pasted from Word, Google Docs or a page, without what they put around it.
 *
 * The editor's own schema drops tags and attributes that it does not know; this mends
 * what would be read wrongly: lists that Word writes as paragraphs, the bold that
 * Google Docs wraps everything in, looks that are said by styles, pictures from elsewhere.
 */

const GONE = 'script,style,meta,link,title,head,xml,template,iframe,object,embed,svg,math,form,input,button,select,textarea,noscript'
const SAFE = /^(?:https?:|mailto:|tel:)/i

export function cleanPaste(html: string): string {
  // A document of no window: nothing in it runs, loads, or is even asked about.
  const { body } = document.implementation.createHTMLDocument('')
  // Word hides its own things in comments that no browser shows.
  body.innerHTML = quiet(html.replaceAll(/<!--[\s\S]*?-->/g, ''))
  for (const one of body.querySelectorAll(GONE)) one.remove()
  wordLists(body)
  for (const one of [...body.querySelectorAll('*')]) {
    const style = (one.getAttribute('data-style') ?? '').toLowerCase().replaceAll(/\s/g, '')
    // Word's own tags have a colon in their names; most hold nothing.
    if (hidden(style)) one.remove()
    else if (one.tagName.includes(':')) unwrap(one)
    else if (one.tagName === 'A') link(one)
    else if (one.tagName === 'IMG') picture(one)
    else look(one, style)
    for (const { name } of [...one.attributes]) {
      if (!['href', 'src', 'alt', 'start', 'colspan', 'rowspan'].includes(name)) one.removeAttribute(name)
    }
  }
  return body.innerHTML
}

/**
 * Put looks and handlers under names that mean nothing. They could do nothing here, but
 * the browser would tell the page's rules of each.
 */
function quiet(html: string): string {
  return html.replaceAll(/<[a-z][^>]*>/gi, (tag) => tag.replaceAll(/([\s"'/])(style|on[a-z]+)(\s*=)/gi, '$1data-$2$3'))
}

function hidden(style: string): boolean {
  return style.includes('display:none') || style.includes('mso-hide:all')
}

function link(one: Element): void {
  const address = (one.getAttribute('href') ?? '').trim()
  // A page wraps its way through a redirect; Google's says where it leads.
  const wrapped = /^https?:\/\/(?:www\.)?google\.com\/url\?(?:.*&)?q=([^&]+)/.exec(address)
  if (wrapped) one.setAttribute('href', decodeURIComponent(wrapped[1]!))
  else if (!SAFE.test(address)) unwrap(one)
}

function picture(one: Element): void {
  // Only what was uploaded here may stay; the clipboard's own files come apart from it.
  if (!/^\/files\/\d+\//.test(one.getAttribute('src') ?? '')) one.remove()
}

function look(one: Element, style: string): void {
  const isBold = /font-weight:(?:bold|[6-9]00)/.test(style)
  const isPlain = /font-weight:(?:normal|[1-5]00)/.test(style)
  if ((one.tagName === 'B' || one.tagName === 'STRONG') && isPlain) return unwrap(one)
  const isWords = ['SPAN', 'FONT'].includes(one.tagName)
  if (!isWords) return
  if (isBold) wrap(one, 'strong')
  if (style.includes('font-style:italic')) wrap(one, 'em')
  if (style.includes('text-decoration:underline') && !one.closest('a')) wrap(one, 'u')
  if (style.includes('text-decoration:line-through')) wrap(one, 's')
}

function wrap(one: Element, tag: string): void {
  const around = one.ownerDocument.createElement(tag)
  around.append(...one.childNodes)
  one.append(around)
}

function unwrap(one: Element): void {
  one.replaceWith(...one.childNodes)
}

const NUMBER = /^\s*(?:\d+|[a-z]|[ivx]+)[.)]\s*/i
const BULLET = /^\s*[·•▪◦o§–-]\s+/u

/** Word's lists are paragraphs that say "mso-list" and begin with their mark. */
function wordLists(body: HTMLElement): void {
  let list: Element | null = null
  for (const one of [...body.querySelectorAll('p')]) {
    const isItem = /mso-list:(?!\s*ignore)/i.test(one.getAttribute('data-style') ?? '') || /MsoListParagraph/.test(one.className)
    if (!isItem) {
      list = null
      continue
    }
    for (const mark of one.querySelectorAll('[data-style*="mso-list:Ignore" i]')) mark.setAttribute('data-mark', mark.textContent ?? '')
    const marked = one.querySelector('[data-mark]')
    const said = marked?.getAttribute('data-mark') ?? one.textContent ?? ''
    const tag = NUMBER.test(said) ? 'ol' : 'ul'
    marked?.remove()
    if (!marked) unmark(one)
    if (!list || list.tagName.toLowerCase() !== tag || list.nextElementSibling !== one) {
      list = body.ownerDocument.createElement(tag)
      one.before(list)
    }
    const item = body.ownerDocument.createElement('li')
    item.append(...one.childNodes)
    list.append(item)
    one.remove()
  }
}

function unmark(one: Element): void {
  const walker = one.ownerDocument.createTreeWalker(one, NodeFilter.SHOW_TEXT)
  const first = walker.nextNode()
  if (first) first.textContent = (first.textContent ?? '').replace(NUMBER, '').replace(BULLET, '')
}
