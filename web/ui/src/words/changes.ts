/** Says in one line what a change on the timeline was. */

import type { Item } from '@/api/types'

type Say = (key: string, named?: Record<string, unknown>, plural?: number) => string

export interface ChangeWords {
  text: string
  icon: string
  /** Among several changes in a row the one that weighs most is told. */
  weight: number
}

const ICONS: Record<string, string> = {
  state: 'done',
  assignee: 'user',
  queue: 'inbox',
  priority: 'flag',
  tags: 'tag',
  subject: 'pencil',
  order: 'box',
  breach: 'alert',
  disposition: 'flag',
  client: 'user',
  moved_in: 'right',
  moved_out: 'right',
}

const WEIGHTS: Record<string, number> = {
  order: 6,
  state: 5,
  queue: 4,
  moved_in: 4,
  moved_out: 4,
  breach: 4,
  disposition: 4,
  assignee: 3,
  priority: 2,
  subject: 2,
  tags: 1,
}

export function changeWords(item: Item, t: Say, has: (key: string) => boolean): ChangeWords {
  const what = text(item.data.change)
  const icon = what === 'state' && item.data.to === 'snoozed' ? 'moon' : (ICONS[what] ?? 'dots')
  return { text: sentence(what, item, t, has), icon, weight: WEIGHTS[what] ?? 0 }
}

function sentence(what: string, item: Item, t: Say, has: (key: string) => boolean): string {
  const data = item.data
  switch (what) {
    case 'state':
      return data.because && has(`change.because.${text(data.because)}`)
        ? t(`change.because.${text(data.because)}`)
        : t(`change.state.${text(data.to)}`)
    case 'assignee':
      if (data.to === null || data.to === undefined) return t('change.unassigned')
      if (data.to === item.author.id) return t('change.took')
      return t(data.because === 'routed' ? 'change.routed' : 'change.assigned', {
        name: text(data.to_name),
      })
    case 'queue':
      return t('change.queue', { name: text(data.to_name) })
    case 'priority':
      return t('change.priority', { to: t(`priority.${text(data.to)}`) })
    case 'subject':
      return t('change.subject', { to: text(data.to) })
    case 'tags':
      return tags(list(data.added), list(data.removed), t)
    case 'moved_in':
    case 'moved_out': {
      const count = Number(data.count)
      return t(`change.${what}`, { n: count, subject: text(data.other_subject) || t('talk.noSubject') }, count)
    }
    case 'disposition':
      return data.to ? t('change.disposed', { to: text(data.to) }) : t('change.undisposed')
    case 'breach':
      return t('change.breach')
    case 'order':
    case 'order_status': {
      const status = text(data.to ?? data.status)
      return t('change.order', {
        number: text(data.number),
        to: has(`order.status.${status}`) ? t(`order.status.${status}`) : status,
      })
    }
    default:
      return item.text || item.subject || t('change.other')
  }
}

function tags(added: string[], removed: string[], t: Say): string {
  const parts: string[] = []
  if (added.length) parts.push(t('change.tagged', { tags: added.join(', ') }))
  if (removed.length) parts.push(t('change.untagged', { tags: removed.join(', ') }))
  return parts.join(', ')
}

function text(value: unknown): string {
  return typeof value === 'string' || typeof value === 'number' ? String(value) : ''
}

function list(value: unknown): string[] {
  return Array.isArray(value) ? value.map(String) : []
}
