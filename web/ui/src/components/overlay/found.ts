/** What the palette finds: views and actions at once, people and matters from the hub. */

import { LOCALES, localeName } from '@/i18n'
import { computed, type Ref } from 'vue'
import { useI18n } from 'vue-i18n'
import { useRouter } from 'vue-router'
import { presence } from '@/api/notices'
import type { Passage } from '@/api/search'
import type { AgentStateName } from '@/api/types'
import { useAnswers } from '@/stores/answers'
import { useDesk, type Wish } from '@/stores/desk'
import { useLive } from '@/stores/live'
import { useLook } from '@/stores/look'
import { useSession } from '@/stores/session'
import { useToasts } from '@/stores/toasts'
import { useViews } from '@/stores/views'
import { useTimes } from '@/words/times'
import { channelLook } from '../parts/channels'
import { useOpening } from '../search/opening'
import { useSearching } from './searching'

export interface Entry {
  key: string
  icon: string
  label: string
  hint?: string
  /** The label with what was found in it. */
  marked?: Passage
  /** A second line: where it was found. */
  detail?: Passage
  keys?: string
  run: () => void
}

export interface Group {
  name: 'here' | 'clients' | 'orders' | 'conversations' | 'views' | 'other'
  entries: Entry[]
}

const STATES: AgentStateName[] = ['available', 'wrap', 'break']
/** Letters from which on the name of a page or an act is recognized. */
const MEANT = 3
/** Conversations shown; all of them are a page of their own. */
const SHOWN = 6

export function useFound(typed: Ref<string>) {
  const { t } = useI18n()
  const router = useRouter()
  const live = useLive()
  const answers = useAnswers()
  const desk = useDesk()
  const look = useLook()
  const session = useSession()
  const listViews = useViews()
  const times = useTimes()
  const toasts = useToasts()

  const { openItem, openClient } = useOpening()

  const { found, state, again } = useSearching(typed, SHOWN)

  const go = (view: string) => () => void router.push({ name: 'desk', params: { view } })
  const page = (name: string) => () => void router.push({ name })
  const wish = (what: Wish) => () => desk.ask(what)

  const here = computed<Entry[]>(() => {
    const route = router.currentRoute.value
    if (route.name !== 'desk' || !route.params.id) return []
    const action = (what: Wish, icon: string, keys: string): Entry => ({
      key: what,
      icon,
      label: t(`palette.act.${what}`),
      keys,
      run: wish(what),
    })
    const acts = [
      action('reply', 'email', 'R'),
      action('note', 'note', 'N'),
      action('assign', 'user', 'A'),
      action('tags', 'tag', 'T'),
      action('snooze', 'moon', 'S'),
      action('pending', 'pause', ''),
      action('resolve', 'done', 'E'),
      action('promise', 'flag', 'P'),
      action('select', 'check', 'X'),
      action('move', 'right', 'M'),
      action('split', 'plus', 'Shift M'),
      action('merge', 'users', ''),
      ...answers.macros.map((one) => ({
        key: `macro-${one.id}`,
        icon: 'play',
        label: one.title,
        hint: t('macros.one'),
        run: wish(`macro-${one.id}`),
      })),
    ]
    return acts.filter((one) => desk.may(one.key as Wish))
  })
  const views = computed<Entry[]>(() => [
    { key: 'mine', icon: 'user', label: t('view.mine'), hint: String(live.state.counts.mine), keys: 'G M', run: go('mine') },
    { key: 'unassigned', icon: 'user-none', label: t('view.unassigned'), hint: String(live.state.counts.unassigned), keys: 'G U', run: go('unassigned') },
    { key: 'all', icon: 'inbox', label: t('view.all'), hint: String(live.state.counts.all), keys: 'G T', run: go('all') },
    { key: 'mentions', icon: 'at', label: t('view.mentions'), hint: listViews.countOf('mentions'), keys: 'G N', run: go('mentions') },
    { key: 'at_risk', icon: 'alert', label: t('view.at_risk'), hint: listViews.countOf('at_risk'), keys: 'G R', run: go('at_risk') },
    ...[...listViews.shared, ...listViews.own].map((one) => ({
      key: `saved-${one.id}`,
      icon: one.icon,
      label: one.name,
      hint: listViews.countOf(`saved-${one.id}`),
      run: go(`saved-${one.id}`),
    })),
    { key: 'snoozed', icon: 'moon', label: t('view.snoozed'), hint: String(live.state.counts.snoozed), run: go('snoozed') },
    ...live.queues.map((queue) => ({
      key: `queue-${queue.id}`,
      icon: 'users',
      label: queue.name,
      hint: String(live.state.counts.queues[queue.id] ?? 0),
      run: go(`queue-${queue.id}`),
    })),
    { key: 'agenda', icon: 'calendar', label: t('agenda.title'), keys: 'G D', run: page('agenda') },
    ...(session.can('quarantine') ? [{ key: 'quarantine', icon: 'shield', label: t('quarantine.title'), run: page('quarantine') }] : []),
    ...(session.can('wall')
      ? [{ key: 'wall', icon: 'wall', label: t('wall.name'), run: page('wall') }]
      : []),
    { key: 'search', icon: 'search', label: t('search.title'), run: page('search') },
    { key: 'settings', icon: 'gear', label: t('settings.title'), run: page('settings') },
  ])
  /** What he does now, but for what he does already. */
  const states = computed<Entry[]>(() =>
    STATES.filter((state) => session.can('reply') && live.me && live.me.state !== state).map((state) => ({
      key: `state-${state}`,
      icon: 'user',
      label: t(`palette.state.${state}`),
      hint: t('agent.stateLabel'),
      run: () => void be(state),
    })),
  )
  async function be(state: AgentStateName): Promise<void> {
    const cursor = live.state.cursor
    const agent = await presence.state(state).catch(() => null)
    if (agent) live.seeAgent(agent, cursor)
    else toasts.show(t('agent.notChanged'), { tone: 'over' })
  }
  const other = computed<Entry[]>(() => [
    ...states.value,
    { key: 'theme', icon: look.isDark ? 'sun' : 'moon', label: t('look.theme'), keys: 'Shift D', run: look.flip },
    ...LOCALES.map((one) => ({ key: one, icon: 'globe', label: localeName(one), run: () => look.speak(one) })),
    { key: 'keys', icon: 'question', label: t('keys.title'), keys: '?', run: () => (desk.keys = true) },
    { key: 'out', icon: 'out', label: t('settings.signOut'), run: () => void session.signOut() },
  ])

  const groups = computed<Group[]>(() => {
    const wanted = typed.value.trim().toLocaleLowerCase()
    const begins = (one: Entry): boolean => one.label.toLocaleLowerCase().startsWith(wanted)
    const matching = (entries: Entry[]): Entry[] =>
      wanted
        ? entries
            .filter((one) => one.label.toLocaleLowerCase().includes(wanted))
            .sort((one, other) => Number(begins(other)) - Number(begins(one)))
        : entries
    const places: Group[] = [
      { name: 'views', entries: matching(views.value) },
      { name: 'other', entries: matching(other.value) },
    ]
    // Whoever types the beginning of its name means it, and not all that was ever said of it.
    const isMeant = ({ entries }: Group): boolean => wanted.length >= MEANT && entries.some(begins)
    const all: Group[] = [
      { name: 'here', entries: matching(here.value) },
      ...places.filter(isMeant),
      {
        name: 'clients',
        entries: (found.value?.clients ?? []).map((one) => ({
          key: `client-${one.client.id}`,
          icon: 'user',
          label: one.name.text,
          marked: one.name,
          hint: one.address?.text ?? '',
          run: () => void openClient(one.client.id),
        })),
      },
      {
        name: 'orders',
        entries: (found.value?.orders ?? []).map((one) => ({
          key: `order-${one.order_id}`,
          icon: 'box',
          label: one.number.text,
          marked: one.number,
          hint: one.client_name,
          run: () => void openClient(one.client_id),
        })),
      },
      {
        name: 'conversations',
        entries: [
          ...(found.value?.conversations ?? []).map((one) => ({
            key: `conversation-${one.conversation_id}`,
            icon: channelLook(one.best.channel ?? one.best.kind).icon,
            label: [one.client_name.text, one.subject.text].filter(Boolean).join(', '),
            detail: one.best.passage,
            hint: times.when(one.best.at),
            run: () => openItem(one.best),
          })),
          ...(wanted.length > 1
            ? [{
                key: 'everything',
                icon: 'search',
                label: t('search.everything', { text: typed.value.trim() }),
                run: () => void router.push({ name: 'search', query: { q: typed.value.trim() } }),
              }]
            : []),
        ],
      },
      ...places.filter((one) => !isMeant(one)),
    ]
    return all.filter((group) => group.entries.length > 0)
  })

  return { groups, state, again }
}
