/** Short forms of names. */

/** "Andrew Marsh" is AM; a number or an address shows its first sign. */
export function initials(name: string, letters = 2): string {
  const words = name.trim().split(/\s+/).filter((word) => /\p{L}/u.test(word))
  if (words.length === 0) return name.trim().charAt(0) || '?'
  return words
    .slice(0, letters)
    .map((word) => (/\p{L}/u.exec(word)?.[0] ?? '').toLocaleUpperCase())
    .join('')
}

export function firstName(name: string): string {
  return name.trim().split(/\s+/)[0] ?? name
}
