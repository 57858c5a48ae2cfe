/** What a conversation is called. Where nobody named it, the channel and its words do. */

import { useI18n } from 'vue-i18n'
import type { Conversation } from '@/api/types'
import { channelLook } from '@/components/parts/channels'

const LONGEST = 60

export function useHeadings() {
  const { t, te } = useI18n()

  function headingOf(conversation: Pick<Conversation, 'subject' | 'channel' | 'snippet'>): string {
    if (conversation.subject) return conversation.subject
    const key = `channel.${channelLook(conversation.channel).hue}`
    const channel = te(key) ? t(key) : conversation.channel
    const words = firstWords(conversation.snippet)
    if (!words) return channel || t('talk.noSubject')
    return `${channel}: ${words}`
  }

  return { headingOf }
}

/** The beginning, cut between words. */
export function firstWords(text: string): string {
  const line = text.replaceAll(/\s+/g, ' ').trim()
  if (line.length <= LONGEST) return line
  const cut = line.slice(0, LONGEST)
  const end = cut.lastIndexOf(' ')
  return `${(end > LONGEST / 2 ? cut.slice(0, end) : cut).replace(/[\s,.;:–-]+$/, '')}…`
}
