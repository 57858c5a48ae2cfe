/** Times, spans, sizes and money as people read them. A number and its unit stay together. */

import { computed } from 'vue'
import { useI18n } from 'vue-i18n'

const NBSP = '\u00a0'
const MINUTE = 60
const HOUR = 3600
const DAY = 86_400
const FAR_DAYS = 180

/** Count up as a clock: 0:48, 12:04, 1:12:40. */
export function clockSpan(seconds: number): string {
  const whole = Math.max(0, Math.floor(seconds))
  const two = (value: number): string => String(value).padStart(2, '0')
  const hours = Math.floor(whole / HOUR)
  const minutes = Math.floor((whole % HOUR) / MINUTE)
  return hours > 0
    ? `${hours}:${two(minutes)}:${two(whole % MINUTE)}`
    : `${minutes}:${two(whole % MINUTE)}`
}

/** The local day of a time, to compare days with. */
export function dayOf(at: string | number | Date): string {
  const date = new Date(at)
  return `${date.getFullYear()}-${date.getMonth()}-${date.getDate()}`
}

type Formats = ReturnType<typeof makeFormats>

const made = new Map<string, Formats>()

/** Making a format costs more than using it a hundred times; each language has one set. */
function formatsOf(tag: string): Formats {
  let known = made.get(tag)
  if (!known) {
    known = makeFormats(tag)
    made.set(tag, known)
  }
  return known
}

function makeFormats(tag: string) {
  const make = (options: Intl.DateTimeFormatOptions) => new Intl.DateTimeFormat(tag, options)
  const clock = { hour: '2-digit', minute: '2-digit' } as const
  return {
    time: make(clock),
    day: make({ weekday: 'long', day: 'numeric', month: 'long' }),
    dayYear: make({ day: 'numeric', month: 'long', year: 'numeric' }),
    short: make({ day: 'numeric', month: 'short' }),
    shortYear: make({ month: 'short', year: 'numeric' }),
    near: make({ weekday: 'short', day: 'numeric', month: 'short', ...clock }),
    nearYear: make({ day: 'numeric', month: 'short', year: 'numeric', ...clock }),
    full: make({ weekday: 'short', day: 'numeric', month: 'long', ...clock }),
    fullYear: make({ day: 'numeric', month: 'long', year: 'numeric', ...clock }),
  }
}

/** A sum given in minor units, of which a currency has none, two or three digits. */
export function moneyIn(tag: string, minor: number, currency: string): string {
  const money = { style: 'currency', currency, currencyDisplay: 'narrowSymbol' } as const
  const digits = new Intl.NumberFormat('en', money).resolvedOptions().maximumFractionDigits ?? 2
  const shown = minor % 10 ** digits === 0 ? 0 : digits
  // Hryvnias are written the same way in both languages: 184 600 ₴.
  const style = new Intl.NumberFormat(currency === 'UAH' ? 'uk-UA' : tag, { ...money, minimumFractionDigits: shown, maximumFractionDigits: shown })
  return style.format(minor / 10 ** digits)
}

export function useTimes() {
  const { t, locale } = useI18n()
  // English as it is written here: 24 hours, the day before the month.
  const tag = computed(() => ({ en: 'en-GB', uk: 'uk-UA' })[locale.value] ?? locale.value)

  const formats = computed(() => formatsOf(tag.value))

  const solid = (text: string): string => text.replaceAll(' ', NBSP)
  const isToday = (at: string | Date): boolean => dayOf(at) === dayOf(Date.now())
  const isYesterday = (at: string | Date): boolean => dayOf(at) === dayOf(Date.now() - DAY * 1000)

  /** So far away that the day of the week says nothing, and the year does. */
  const isFar = (at: string | Date): boolean => Math.abs(new Date(at).getTime() - Date.now()) > FAR_DAYS * DAY * 1000

  /** "12 min", "1 h 20", "3 d". */
  function span(seconds: number): string {
    const whole = Math.max(0, seconds)
    if (whole < MINUTE) return t('time.seconds', { n: Math.floor(whole) })
    if (whole < HOUR) return t('time.minutes', { n: Math.floor(whole / MINUTE) })
    if (whole >= DAY) return t('time.days', { n: Math.floor(whole / DAY) })
    const hours = Math.floor(whole / HOUR)
    const minutes = Math.floor((whole % HOUR) / MINUTE)
    if (minutes === 0 || hours >= 6) return t('time.hours', { n: hours })
    return t('time.hoursMinutes', { h: hours, m: String(minutes).padStart(2, '0') })
  }

  const time = (at: string | Date): string => formats.value.time.format(new Date(at))

  /** As near as a list needs it: the time today, else the day. */
  function when(at: string): string {
    const date = new Date(at)
    if (isToday(at)) return time(at)
    if (isYesterday(at)) return t('time.yesterday')
    const isThisYear = date.getFullYear() === new Date().getFullYear()
    return solid((isThisYear ? formats.value.short : formats.value.shortYear).format(date))
  }

  /** The heading of a day on the timeline. */
  function day(at: string): string {
    const date = new Date(at)
    if (isYesterday(at)) return t('time.yesterdayHeading')
    const isThisYear = date.getFullYear() === new Date().getFullYear()
    const text = (isThisYear ? formats.value.day : formats.value.dayYear).format(date)
    if (isToday(at)) return t('time.todayHeading', { day: text })
    return text.charAt(0).toLocaleUpperCase() + text.slice(1)
  }

  const full = (at: string | Date): string => (isFar(at) ? formats.value.fullYear : formats.value.full).format(new Date(at))

  /** A time to come, as short as it can be told apart. */
  const soon = (at: string | Date): string =>
    isToday(at) ? time(at) : (isFar(at) ? formats.value.nearYear : formats.value.near).format(new Date(at))

  function size(bytes: number): string {
    const units = ['B', 'kB', 'MB', 'GB'] as const
    let rank = 0
    let value = bytes
    while (value >= 1000 && rank < units.length - 1) {
      value /= 1000
      rank += 1
    }
    const text = new Intl.NumberFormat(tag.value, { maximumFractionDigits: rank > 1 ? 1 : 0 })
    return `${text.format(value)}${NBSP}${t(`size.${units[rank]}`)}`
  }

  function money(minor: number, currency: string): string {
    try {
      return moneyIn(tag.value, minor, currency)
    } catch {
      return `${minor / 100} ${currency}`
    }
  }

  const percent = (share: number): string => `${Math.round(share * 100)}%`

  return { span, time, when, day, full, soon, size, money, percent, isToday, tag }
}
