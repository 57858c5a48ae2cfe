import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import { effectScope, nextTick, ref, type EffectScope } from 'vue'
import { search, type Found } from '@/api/search'
import { useSearching } from '@/components/overlay/searching'

function answer(ids: number[], complete = true): Found {
  return {
    clients: [], orders: [], understood: [], corrections: [], facets: { channels: [], people: [], months: [] }, ready: true, next: null,
    conversations: ids.map((id) => ({ conversation_id: id })) as Found['conversations'],
    complete,
  }
}

describe('the search of the palette', () => {
  let scope: EffectScope
  const typed = ref('')
  const find = vi.spyOn(search, 'find')
  let told: ReturnType<typeof useSearching>
  const ids = (): number[] => (told.found.value?.conversations ?? []).map((one) => one.conversation_id)

  async function type(text: string): Promise<void> {
    typed.value = text
    await nextTick()
    await vi.advanceTimersByTimeAsync(120)
  }

  beforeEach(() => {
    vi.useFakeTimers()
    find.mockReset()
    typed.value = ''
    scope = effectScope()
    scope.run(() => (told = useSearching(typed, 6)))
  })
  afterEach(() => {
    scope.stop()
    vi.useRealTimers()
  })

  it('says that it looks, and when it is done', async () => {
    let give: (found: Found) => void = () => undefined
    find.mockReturnValue(new Promise((then) => (give = then)))
    await type('boiler')
    expect(told.state.value).toBe('searching')
    give(answer([1]))
    await vi.advanceTimersByTimeAsync(0)

    expect([told.state.value, ids()]).toEqual(['done', [1]])
  })

  it('asks again when the hub had no time, and keeps what it had', async () => {
    find.mockResolvedValueOnce(answer([1, 2], false)).mockResolvedValueOnce(answer([3], false)).mockResolvedValueOnce(answer([2, 3, 4]))
    await type('boiler')
    expect([told.state.value, ids()]).toEqual(['searching', [1, 2]])
    await vi.advanceTimersByTimeAsync(700)
    expect([told.state.value, ids()]).toEqual(['searching', [3, 1, 2]])
    await vi.advanceTimersByTimeAsync(2000)

    expect([told.state.value, ids()]).toEqual(['done', [2, 3, 4]])
  })

  it('asks for what was typed before it was there', async () => {
    scope.stop()
    find.mockResolvedValue(answer([1]))
    typed.value = 'boiler'
    scope = effectScope()
    scope.run(() => (told = useSearching(typed, 6)))
    await vi.advanceTimersByTimeAsync(120)

    expect([told.state.value, ids()]).toEqual(['done', [1]])
  })

  it('says that it failed, and looks again when it is told to', async () => {
    find.mockRejectedValue(new Error('away'))
    await type('boiler')
    await vi.advanceTimersByTimeAsync(2700)
    expect([told.state.value, find.mock.calls.length]).toEqual(['failed', 3])
    find.mockResolvedValue(answer([1]))
    told.again()
    await vi.advanceTimersByTimeAsync(0)

    expect([told.state.value, ids()]).toEqual(['done', [1]])
  })

  it('shows nothing of another word under this one', async () => {
    find.mockResolvedValueOnce(answer([1]))
    await type('boiler')
    find.mockRejectedValue(new Error('away'))
    await type('kettle')

    expect([told.state.value, ids()]).toEqual(['searching', []])
    scope.stop()
    await vi.advanceTimersByTimeAsync(5000)
    expect(find).toHaveBeenCalledTimes(2)
  })
})
