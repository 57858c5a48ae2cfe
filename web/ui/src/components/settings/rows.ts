/** The rows of a page of the settings: read, and read again when that failed. */

import { onMounted, ref, type Ref } from 'vue'

export interface Rows<T> {
  rows: Ref<T[]>
  /** They were read once, so that an empty page is known to be empty. */
  isLoaded: Ref<boolean>
  failed: Ref<boolean>
  load: () => Promise<void>
}

export function useRows<T>(read: () => Promise<T[]>): Rows<T> {
  const rows = ref([]) as Ref<T[]>
  const isLoaded = ref(false)
  const failed = ref(false)

  async function load(): Promise<void> {
    try {
      rows.value = await read()
      failed.value = false
    } catch {
      failed.value = true
    } finally {
      isLoaded.value = true
    }
  }
  onMounted(load)

  return { rows, isLoaded, failed, load }
}
