import { createPinia } from 'pinia'
import { createApp } from 'vue'
import App from './App.vue'
import { i18n, loadLocale } from './i18n'
import { router } from './router'
import { firstLocale } from './stores/look'
import './styles/base.css'

// A page without words is shown as late as one that has them.
await loadLocale(firstLocale()).catch(() => loadLocale('en'))

createApp(App).use(createPinia()).use(i18n).use(router).mount('#app')
