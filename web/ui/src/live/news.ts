/** What a client said that somebody has to read. */

import type { Item } from '@/api/types'

/** A note of absence is folded, and nobody is called by it. */
export const isNews = (item: Item): boolean => item.direction === 'in' && item.data.machine !== 'absence'
