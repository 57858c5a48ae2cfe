/** One clock for everything that counts seconds, so that a screen ticks once. */

import { readonly, ref } from 'vue'

const now = ref(Date.now())

window.setInterval(() => {
  now.value = Date.now()
}, 1000)

export function useNow() {
  return readonly(now)
}
