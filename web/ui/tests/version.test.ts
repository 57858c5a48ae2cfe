import { createPinia, setActivePinia } from 'pinia'
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import { scriptOf, useVersion } from '@/stores/version'

const page = (script: string): string =>
  `<html><head><script type="module" crossorigin src="${script}"></script></head><body></body></html>`

describe('a new version', () => {
  beforeEach(() => {
    setActivePinia(createPinia())
    vi.spyOn(document.documentElement, 'outerHTML', 'get').mockReturnValue(page('/assets/index-old.js'))
  })
  afterEach(() => {
    vi.restoreAllMocks()
    vi.unstubAllGlobals()
  })

  function hubHas(answer: () => Response): void {
    vi.stubGlobal('fetch', async () => answer())
  }

  it('is known by the name of its script', () => {
    expect(scriptOf(page('/assets/index-abc.js'))).toBe('/assets/index-abc.js')
    expect(scriptOf('<p>The hub starts.</p>')).toBe('')
  })

  it('is told of, put off, and told of again for the next one', async () => {
    const version = useVersion()
    hubHas(() => new Response(page('/assets/index-old.js')))
    expect(await version.check()).toBe(false)
    expect(version.isNew).toBe(false)

    hubHas(() => new Response(page('/assets/index-new.js')))
    expect(await version.check()).toBe(true)
    expect(version.isNew).toBe(true)

    version.later()
    await version.check()
    expect(version.isNew).toBe(false)

    hubHas(() => new Response(page('/assets/index-newest.js')))
    await version.check()
    expect(version.isNew).toBe(true)
  })

  it('is not believed of a hub that is away or only starts', async () => {
    const version = useVersion()
    hubHas(() => new Response('Not yet', { status: 503 }))
    expect(await version.check()).toBe(false)
    vi.stubGlobal('fetch', () => Promise.reject(new TypeError('Failed to fetch')))
    expect(await version.check()).toBe(false)
    hubHas(() => new Response('<p>The hub starts.</p>'))
    expect(await version.check()).toBe(false)

    expect(version.isNew).toBe(false)
  })
})
