/**
 * Between the editor's HTML, that of mails, and plain text.
 *
 * A line is a `div` in what leaves, as mail programs write it, so that one press of
 * Enter is one line to the reader. Pictures are named by their upload.
 */

const BLOCKS = new Set(['P', 'DIV', 'H1', 'H2', 'H3', 'UL', 'OL', 'LI', 'BLOCKQUOTE', 'PRE', 'HR', 'TABLE', 'TR'])

function parsed(html: string): HTMLElement {
  // A document of no window: nothing in it runs or loads.
  const { body } = document.implementation.createHTMLDocument('')
  body.innerHTML = html
  return body
}

function renamed(old: Element, tag: string): void {
  const fresh = old.ownerDocument.createElement(tag)
  fresh.append(...old.childNodes)
  old.replaceWith(fresh)
}

/** What is sent and kept, from what the editor has. */
export function forMail(html: string): string {
  const body = parsed(html)
  for (const image of body.querySelectorAll('img')) {
    const id = uploadOf(image.getAttribute('src') ?? '')
    if (id) image.setAttribute('src', `cid:file-${id}`)
    else image.remove()
  }
  for (const paragraph of body.querySelectorAll('p')) {
    if (!paragraph.hasChildNodes()) paragraph.append(body.ownerDocument.createElement('br'))
    // In a list or a quote of one line the paragraph says nothing.
    if (paragraph.parentElement?.tagName === 'LI' && paragraph.parentElement.children.length === 1) {
      paragraph.replaceWith(...paragraph.childNodes)
    } else renamed(paragraph, 'div')
  }
  return body.innerHTML
}

/** What the editor takes, from what is kept. */
export function forEditor(html: string): string {
  const body = parsed(html)
  for (const image of body.querySelectorAll('img')) {
    const id = uploadOf(image.getAttribute('src') ?? '')
    if (id) image.setAttribute('src', `/files/${id}/picture`)
    else image.remove()
  }
  for (const line of [...body.querySelectorAll('div')].reverse()) {
    if ([...line.children].some((one) => BLOCKS.has(one.tagName))) line.replaceWith(...line.childNodes)
    else {
      if (line.childNodes.length === 1 && line.firstElementChild?.tagName === 'BR') line.replaceChildren()
      renamed(line, 'p')
    }
  }
  return body.innerHTML
}

/** The upload that a picture shows; null: none of ours. */
export function uploadOf(source: string): number | null {
  const found = /^(?:cid:file-|(?:https?:\/\/[^/]+)?\/files\/)(\d+)(?:\/.*)?$/.exec(source)
  return found ? Number(found[1]) : null
}

/** Plain lines as the editor's paragraphs. */
export function fromText(text: string): string {
  return text
    .split('\n')
    .map((line) => `<p>${line.replaceAll('&', '&amp;').replaceAll('<', '&lt;')}</p>`)
    .join('')
}

/** Nothing that plain text could not say. */
export function isPlain(html: string): boolean {
  return parsed(html).querySelector('strong,b,em,i,u,s,del,a,ul,ol,blockquote,pre,code,img,h1,h2,h3,hr,table') === null
}

/** The same in plain text: lists with dashes and numbers, addresses behind their words. */
export function toText(html: string): string {
  const lines: string[] = ['']
  const fresh = (): void => void (lines.at(-1) !== '' && lines.push(''))
  const say = (text: string): void => void (lines[lines.length - 1] += text)
  const walk = (node: Node, mark: string): void => {
    if (node.nodeType === Node.TEXT_NODE) return say(node.textContent ?? '')
    if (!(node instanceof Element)) return
    if (node.tagName === 'BR') return void lines.push('')
    if (node.tagName === 'A') return sayLink(node, say)
    const items = node.tagName === 'UL' || node.tagName === 'OL'
    ;[...node.childNodes].forEach((child, index) => {
      const isBlock = child instanceof Element && BLOCKS.has(child.tagName)
      if (isBlock && (index > 0 || lines.at(-1) !== '')) {
        if (!(node.tagName === 'LI' && index === 0)) lines.push('')
      }
      if (child instanceof Element && child.tagName === 'LI') {
        fresh()
        say(items && node.tagName === 'OL' ? `${index + 1}. ` : '- ')
      }
      walk(child, mark)
    })
  }
  walk(parsed(html), '')
  return lines.map((line) => line.trimEnd()).join('\n').replace(/\n+$/, '')
}

function sayLink(link: Element, say: (text: string) => void): void {
  const words = link.textContent ?? ''
  const address = (link.getAttribute('href') ?? '').replace(/^(mailto|tel):/, '')
  say(!address || words.includes(address) || address.replace(/\/$/, '') === words ? words : `${words} (${address})`)
}

/** What a channel without looks loses, as keys of the texts. */
export function losses(html: string): string[] {
  if (!html) return []
  const body = parsed(html)
  const has = (what: string): boolean => body.querySelector(what) !== null
  return [
    ...(has('strong,b,em,i,u,s,del,h1,h2,h3') ? ['marks'] : []),
    ...(has('ul,ol') ? ['lists'] : []),
    ...(has('blockquote,pre,code') ? ['blocks'] : []),
    ...(has('a') ? ['links'] : []),
    ...(has('img') ? ['pictures'] : []),
  ]
}
