/** How many SMS a text costs, and which alphabet it needs. */

// One unit each in GSM 03.38; the space, line feed and carriage return are among them.
const BASIC =
  '@£$¥èéùìòÇ\nØø\rÅåΔ_ΦΓΛΩΠΨΣΘΞÆæßÉ !"#¤%&\'()*+,-./0123456789:;<=>?' +
  '¡ABCDEFGHIJKLMNOPQRSTUVWXYZÄÖÑÜ§¿abcdefghijklmnopqrstuvwxyzäöñüà'
// Behind an escape: two units each.
const EXTENSION = '\f^{}\\[~]|€'

const BASIC_SET = new Set(BASIC)
const EXTENSION_SET = new Set(EXTENSION)

/** What writing programs put in by themselves, and the plain letter that says the same. */
const PLAIN: Record<string, string> = {
  '’': "'",
  '‘': "'",
  '‚': "'",
  '“': '"',
  '”': '"',
  '„': '"',
  '«': '"',
  '»': '"',
  '–': '-',
  '—': '-',
  '‑': '-',
  '…': '...',
  '\u00a0': ' ',
  '\u202f': ' ',
  '\u2009': ' ',
  '•': '-',
  '№': 'No.',
}
/** More letters than this are a language of their own, not an oversight. */
const FEW = 3

export interface Segments {
  alphabet: 'gsm7' | 'ucs2'
  /** Units that the text takes: septets, or UTF-16 code units. */
  units: number
  parts: number
  /** Units that fit into the parts it takes now. */
  room: number
}

export interface Costly {
  /** The few letters because of which the whole text needs the wide alphabet. */
  letters: string[]
  /** How many SMS fewer it would be without them. */
  saves: number
  /** The text with plain letters in their place; null where there are none. */
  plain: string | null
}

/** Count the parts of a text. A character is never torn between two of them. */
export function segments(text: string): Segments {
  return [...text].every(isNarrow)
    ? measure(text, 'gsm7', 160, 153, (one) => (EXTENSION_SET.has(one) ? 2 : 1))
    : measure(text, 'ucs2', 70, 67, (one) => one.length)
}

/** Find out whether a few letters make a text dearer; null when they do not. */
export function costly(text: string): Costly | null {
  const letters = [...new Set([...text].filter((one) => !isNarrow(one)))]
  if (!letters.length || letters.length > FEW) return null
  const rest = [...text].map((one) => (isNarrow(one) ? one : (PLAIN[one] ?? ' '))).join('')
  const saves = segments(text).parts - segments(rest).parts
  if (saves < 1) return null
  return { letters, saves, plain: letters.every((one) => one in PLAIN) ? rest : null }
}

function isNarrow(character: string): boolean {
  return BASIC_SET.has(character) || EXTENSION_SET.has(character)
}

function measure(
  text: string,
  alphabet: Segments['alphabet'],
  single: number,
  part: number,
  cost: (character: string) => number,
): Segments {
  let units = 0
  for (const one of text) units += cost(one)
  if (units <= single) return { alphabet, units, parts: units === 0 ? 0 : 1, room: single }
  let parts = 1
  let used = 0
  for (const one of text) {
    const needs = cost(one)
    if (used + needs > part) {
      parts += 1
      used = 0
    }
    used += needs
  }
  return { alphabet, units, parts, room: parts * part }
}
