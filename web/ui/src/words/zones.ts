/** What time it is where a client is, as far as it can be told. Pure. */

/** Countries with one clock, by the beginning of their numbers and by their code. */
const COUNTRIES: [prefix: string, zone: string, code: string][] = [
  ['+380', 'Europe/Kyiv', 'UA'],
  ['+48', 'Europe/Warsaw', 'PL'],
  ['+49', 'Europe/Berlin', 'DE'],
  ['+44', 'Europe/London', 'GB'],
  ['+33', 'Europe/Paris', 'FR'],
  ['+39', 'Europe/Rome', 'IT'],
  ['+420', 'Europe/Prague', 'CZ'],
  ['+421', 'Europe/Bratislava', 'SK'],
  ['+40', 'Europe/Bucharest', 'RO'],
  ['+36', 'Europe/Budapest', 'HU'],
  ['+370', 'Europe/Vilnius', 'LT'],
  ['+371', 'Europe/Riga', 'LV'],
  ['+372', 'Europe/Tallinn', 'EE'],
  ['+373', 'Europe/Chisinau', 'MD'],
  ['+353', 'Europe/Dublin', 'IE'],
  ['+90', 'Europe/Istanbul', 'TR'],
  ['+972', 'Asia/Jerusalem', 'IL'],
  ['+995', 'Asia/Tbilisi', 'GE'],
]
const NAMES = ['timezone', 'time_zone', 'tz']
const HOUR_MS = 3_600_000

function isZone(name: unknown): name is string {
  if (typeof name !== 'string' || !name.includes('/')) return false
  try {
    return Boolean(new Intl.DateTimeFormat('en', { timeZone: name }))
  } catch {
    return false
  }
}

/** His own word (an attribute) before the country of his number; null: nobody knows. */
export function zoneOf(client: { attributes: Record<string, unknown>; addresses: { kind: string; value: string }[] } | undefined): string | null {
  if (!client) return null
  const said = NAMES.map((name) => client.attributes[name]).find(isZone)
  if (said) return said as string
  const number = client.addresses.find((one) => one.kind === 'phone')?.value ?? ''
  const country = String(client.attributes.country ?? '').trim().toUpperCase()
  return COUNTRIES.find(([prefix, , code]) => (country ? code === country : number.startsWith(prefix)))?.[1] ?? null
}

/** From nine in the evening to eight in the morning people there are let alone. */
export function isNight(zone: string, at: Date): boolean {
  const hour = Number(new Intl.DateTimeFormat('en', { timeZone: zone, hour: 'numeric', hourCycle: 'h23' }).format(at))
  return hour >= 21 || hour < 8
}

/** Hours and minutes on the clock there. */
export function clockIn(zone: string, at: Date, locale: string): string {
  return new Intl.DateTimeFormat(locale, { timeZone: zone, hour: '2-digit', minute: '2-digit', hour12: false }).format(at)
}

/** Whether both clocks show the same at this time. */
export function isSameClock(zone: string, own: string, at: Date): boolean {
  return clockIn(zone, at, 'en') === clockIn(own, at, 'en')
}

/** The next working day's opening there: Monday to Friday at that hour of his clock. */
export function nextOpening(zone: string, from: Date, hour = 9): Date {
  const parts = new Intl.DateTimeFormat('en', { timeZone: zone, weekday: 'short', hour: 'numeric', minute: 'numeric', hour12: false })
  // By the half hour, so that zones of a half hour and changes of the clock come right.
  const first = Math.ceil(from.getTime() / (HOUR_MS / 2)) * (HOUR_MS / 2)
  for (let at = first; at < first + 8 * 24 * HOUR_MS; at += HOUR_MS / 2) {
    const said = Object.fromEntries(parts.formatToParts(new Date(at)).map((one) => [one.type, one.value]))
    const isOpen = !['Sat', 'Sun'].includes(said.weekday ?? '')
    if (isOpen && Number(said.hour) % 24 === hour && said.minute === '00') return new Date(at)
  }
  return new Date(first)
}
