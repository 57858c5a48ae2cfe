/** Language and theme of this screen. */

import { defineStore } from 'pinia'
import { computed, ref, watch } from 'vue'
import { LOCALES, i18n, loadLocale } from '@/i18n'

type Theme = 'light' | 'dark' | 'system'

function kept(name: string): string | null {
  try {
    return localStorage.getItem(`rozmova.${name}`)
  } catch {
    return null
  }
}

function keep(name: string, value: string): void {
  try {
    localStorage.setItem(`rozmova.${name}`, value)
  } catch {
    // Storage that is full or forbidden: the choice lives until the page is closed.
  }
}

/** The language that this screen was set to, or its browser's. */
export function firstLocale(): string {
  const wanted = kept('locale') ?? navigator.language.slice(0, 2)
  return LOCALES.find((one) => one === wanted) ?? 'en'
}

export const useLook = defineStore('look', () => {
  const system = window.matchMedia('(prefers-color-scheme: dark)')
  const systemIsDark = ref(system.matches)
  system.addEventListener('change', (event) => (systemIsDark.value = event.matches))

  const theme = ref<Theme>((kept('theme') as Theme | null) ?? 'system')
  /** A page that begins in a theme of its own, as the wall does. */
  const pageTheme = ref<'light' | 'dark' | null>(null)
  const isDark = computed(() =>
    pageTheme.value !== null
      ? pageTheme.value === 'dark'
      : theme.value === 'dark' || (theme.value === 'system' && systemIsDark.value),
  )
  const locale = ref(firstLocale())

  watch(
    isDark,
    (dark) => {
      document.documentElement.dataset.theme = dark ? 'dark' : 'light'
    },
    { immediate: true },
  )
  watch(
    locale,
    async (value) => {
      // The words stay as they are until the others are here.
      await loadLocale(value).catch(() => undefined)
      if (value !== locale.value || !i18n.global.availableLocales.includes(value)) return
      i18n.global.locale.value = value
      document.documentElement.lang = value
    },
    { immediate: true },
  )

  function flip(): void {
    if (pageTheme.value !== null) {
      pageTheme.value = pageTheme.value === 'dark' ? 'light' : 'dark'
      return
    }
    theme.value = isDark.value ? 'light' : 'dark'
    keep('theme', theme.value)
  }

  function speak(wanted: string): void {
    const known = LOCALES.find((one) => one === wanted)
    if (!known) return
    locale.value = known
    keep('locale', known)
  }

  /** The account's language, unless this screen was set to another. */
  function followAccount(wanted: string): void {
    if (kept('locale') === null) {
      const known = LOCALES.find((one) => one === wanted)
      if (known) locale.value = known
    }
  }

  return { theme, pageTheme, isDark, locale, flip, speak, followAccount }
})
