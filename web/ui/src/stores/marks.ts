/** Words that somebody searched for, to be seen again where they stand. */

import { defineStore } from 'pinia'
import { shallowRef } from 'vue'

export interface Marks {
  itemId: number
  words: string[]
}

export const useMarks = defineStore('marks', () => {
  const marks = shallowRef<Marks | null>(null)
  return { marks }
})
