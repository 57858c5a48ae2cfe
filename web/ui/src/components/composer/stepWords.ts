/** A macro's steps in words: "Tag refund", "Assign to Olena". */

import { useI18n } from 'vue-i18n'
import type { Deed, Step } from '@/api/answers'
import { useAnswers } from '@/stores/answers'
import { useLive } from '@/stores/live'

const ICONS: Record<Deed, string> = {
  answer: 'email',
  tags: 'tag',
  priority: 'flag',
  assign: 'user',
  queue: 'inbox',
  note: 'note',
  task: 'check',
  state: 'done',
}

export function useStepWords() {
  const { t } = useI18n()
  const live = useLive()
  const answers = useAnswers()

  function whom(step: Step): string {
    if (step.to === 'me') return step.name ?? t('macros.me')
    return step.name ?? live.state.agents.get(Number(step.to))?.name ?? ''
  }

  function say(step: Step): string {
    switch (step.do) {
      case 'answer': {
        const title = step.name ?? answers.canned.find((one) => one.id === step.canned_id)?.title ?? ''
        return t(step.send ? 'macros.say.send' : 'macros.say.draft', { title })
      }
      case 'tags':
        return [
          ...(step.add?.length ? [t('macros.say.tag', { tags: step.add.join(', ') })] : []),
          ...(step.remove?.length ? [t('macros.say.untag', { tags: step.remove.join(', ') })] : []),
        ].join('. ')
      case 'priority':
        return t('macros.say.priority', { priority: t(`priority.${step.priority}`) })
      case 'assign':
        return step.to === 'nobody' ? t('macros.say.nobody') : t('macros.say.assign', { name: whom(step) })
      case 'queue':
        return t('macros.say.queue', { name: step.name ?? live.state.queues.get(step.queue_id ?? 0)?.name ?? '' })
      case 'note':
        return t('macros.say.note', { text: step.text ?? '' })
      case 'task':
        return step.hours
          ? t('macros.say.taskIn', { title: step.title ?? '', n: step.hours }, step.hours)
          : t('macros.say.task', { title: step.title ?? '' })
      case 'state':
        return step.state === 'snoozed' ? t('macros.say.snooze', { n: step.hours ?? 0 }, step.hours ?? 0) : t(`macros.say.${step.state}`)
    }
  }

  return { say, icon: (step: Step) => ICONS[step.do] }
}
