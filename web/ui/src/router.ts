import { createRouter, createWebHistory, type RouteRecordRaw } from 'vue-router'
import DeskView from './views/DeskView.vue'
import { useSession } from './stores/session'

const routes: RouteRecordRaw[] = [
  { path: '/', redirect: '/desk/mine' },
  {
    path: '/sign-in',
    name: 'sign-in',
    component: () => import('./views/SignInView.vue'),
    meta: { open: true },
  },
  { path: '/welcome', name: 'welcome', component: () => import('./views/WelcomeView.vue'), meta: { open: true } },
  // "mine", "unassigned", "all", "snoozed" or "queue-7".
  { path: '/desk/:view/:id(\\d+)?', name: 'desk', component: DeskView },
  { path: '/search', name: 'search', component: () => import('./views/SearchView.vue') },
  { path: '/quarantine/:id(\\d+)?', name: 'quarantine', component: () => import('./views/QuarantineView.vue') },
  { path: '/agenda', name: 'agenda', component: () => import('./views/AgendaView.vue') },
  { path: '/notices', name: 'notices', component: () => import('./views/NoticesView.vue') },
  { path: '/settings/:page?', name: 'settings', component: () => import('./views/SettingsView.vue') },
  { path: '/wall', name: 'wall', component: () => import('./views/WallView.vue') },
  // For who makes screens; only a demonstration shows it.
  { path: '/components', name: 'components', component: () => import('./views/ComponentsView.vue') },
  { path: '/:rest(.*)*', redirect: '/desk/mine' },
]

export const router = createRouter({ history: createWebHistory(), routes })

router.beforeEach(async (to) => {
  const session = useSession()
  if (!session.isSignedIn && !session.expired) await session.restore()
  if (to.meta.open) return session.isSignedIn && to.name === 'sign-in' ? '/' : true
  if (session.isSignedIn && !session.can('read') && to.name !== 'settings') return { name: 'settings' }
  return session.isSignedIn ? true : { name: 'sign-in', query: { next: to.fullPath } }
})
