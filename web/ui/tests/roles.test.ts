import { expect, test } from 'vitest'
import type { RightRow } from '@/api/admin'
import { allowed, denied, GROUPS } from '@/words/roles'
import en from '@/i18n/en.json'

const NEEDS: RightRow[] = [
  { name: 'self', needs: null },
  { name: 'read', needs: null },
  { name: 'reply', needs: 'read' },
  { name: 'clients', needs: 'read' },
  { name: 'erase', needs: 'clients' },
  { name: 'answers', needs: 'reply' },
  { name: 'tokens', needs: null },
]

test('a right brings what it needs', () => {
  expect(allowed(['self'], 'erase', NEEDS).sort()).toEqual(['clients', 'erase', 'read', 'self'])
  expect(allowed(['self'], 'tokens', NEEDS)).toEqual(['self', 'tokens'])
})

test('with a right goes what needs it, and nothing else', () => {
  const all = NEEDS.map((one) => one.name)

  expect(denied(all, 'clients', NEEDS)).toEqual(['self', 'read', 'reply', 'answers', 'tokens'])
  expect(denied(all, 'read', NEEDS)).toEqual(['self', 'tokens'])
})

test('every right of a group is explained', () => {
  const shown = Object.values(GROUPS).flat()

  expect(new Set(shown).size).toBe(shown.length)
  expect(Object.keys(en.right).sort()).toEqual(['self', ...shown].sort())
  expect(Object.keys(en.rightHint).sort()).toEqual([...shown].sort())
  expect(Object.keys(en.roles.groups).sort()).toEqual(Object.keys(GROUPS).sort())
})
