/**
 * The pages of the settings. A new one is one line here, its name under `settings` in
 * the languages' files (`"forms": "Forms"`), and a component that shows it.
 */

import { defineAsyncComponent, type Component } from 'vue'

export interface SettingsPage {
  /** In the address: `/settings/queues`. */
  name: string
  group: Group
  /** Who lacks it does not see the page. */
  right: string
  page: Component
}

/** In the order in which they are shown; their names are `settings.group.*`. */
export const GROUPS = ['you', 'team', 'channels', 'work', 'programs'] as const
export type Group = (typeof GROUPS)[number]

const later = (load: () => Promise<{ default: Component }>): Component =>
  defineAsyncComponent(load as () => Promise<Component>)

export const PAGES: SettingsPage[] = [
  { name: 'own', group: 'you', right: 'self', page: later(() => import('./OwnPage.vue')) },
  { name: 'notices', group: 'you', right: 'self', page: later(() => import('./NoticesPage.vue')) },
  { name: 'sessions', group: 'you', right: 'self', page: later(() => import('./SessionsPage.vue')) },
  { name: 'accounts', group: 'team', right: 'accounts', page: later(() => import('./AccountsPage.vue')) },
  { name: 'roles', group: 'team', right: 'accounts', page: later(() => import('./RolesPage.vue')) },
  { name: 'queues', group: 'team', right: 'queues', page: later(() => import('./QueuesPage.vue')) },
  { name: 'hours', group: 'team', right: 'queues', page: later(() => import('./HoursPage.vue')) },
  { name: 'channels', group: 'channels', right: 'channels', page: later(() => import('./ChannelsPage.vue')) },
  { name: 'forms', group: 'channels', right: 'forms', page: later(() => import('./FormsPage.vue')) },
  { name: 'answers', group: 'work', right: 'reply', page: later(() => import('./AnswersPage.vue')) },
  { name: 'macros', group: 'work', right: 'reply', page: later(() => import('./MacrosPage.vue')) },
  { name: 'tags', group: 'work', right: 'tags', page: later(() => import('./TagsPage.vue')) },
  { name: 'attributes', group: 'work', right: 'attributes', page: later(() => import('./AttributesPage.vue')) },
  { name: 'tokens', group: 'programs', right: 'tokens', page: later(() => import('./TokensPage.vue')) },
  { name: 'webhooks', group: 'programs', right: 'webhooks', page: later(() => import('./WebhooksPage.vue')) },
  { name: 'retention', group: 'programs', right: 'retention', page: later(() => import('./RetentionPage.vue')) },
  { name: 'audit', group: 'programs', right: 'audit', page: later(() => import('./AuditPage.vue')) },
]
