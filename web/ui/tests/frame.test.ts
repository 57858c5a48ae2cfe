import { describe, expect, it } from 'vitest'
import { dress, hostIn } from '@/components/timeline/frame'

function page(html: string): Document {
  return new DOMParser().parseFromString(`<html data-images="on"><body>${html}</body></html>`, 'text/html')
}

describe('a mail’s page, put in order from outside', () => {
  it('knows what a reader takes for the place a link leads to', () => {
    expect(hostIn('https://bank.example/sign-in')).toBe('bank.example')
    expect(hostIn('www.bank.example')).toBe('www.bank.example')
    expect(hostIn('olena@client.example')).toBe('client.example')
    expect(hostIn('Read more')).toBe('')
    expect(hostIn('\u200bba\u00adnk\u2060.example')).toBe('bank.example')
    expect(hostIn('\u202eelpmaxe.knab')).toBe('bank.example')
    expect(hostIn('3.5 kg of it')).toBe('')
  })

  it('tells where a link leads when its words lie', () => {
    const mail = page(
      '<a href="https://evil.example/x">bank.example</a>' +
        '<a href="https://www.bank.example/x">bank.example</a>' +
        '<a href="https://elsewhere.example/">Read more</a>' +
        '<a href="https://evil.example/x">&#8203;bank.example</a>' +
        '<a href="https://крамниця.укр/x">крамниця.укр</a>',
    )
    dress(mail, { quoted: 'quoted' })
    const links = [...mail.querySelectorAll('a')]
    expect(links.map((one) => one.dataset.leads ?? '')).toEqual(['evil.example', '', '', 'evil.example', ''])
    expect(links.every((one) => one.target === '_blank' && one.title !== '')).toBe(true)
  })

  it('folds a quote below the words, and leaves one between answers', () => {
    const below = page('<p>To Kyiv.</p><blockquote>Where to?</blockquote>')
    dress(below, { quoted: 'quoted' })
    expect(below.querySelector('details.old blockquote')?.textContent).toBe('Where to?')

    const between = page('<blockquote>Colour?</blockquote><p>Red.</p><blockquote>Size?</blockquote><p>Large.</p>')
    dress(between, { quoted: 'quoted' })
    expect(between.querySelector('details')).toBeNull()

    const only = page('<blockquote>All of it is quoted</blockquote>')
    dress(only, { quoted: 'quoted' })
    expect(only.querySelector('details')).toBeNull()
  })

  it('folds everything from the head of an old mail on', () => {
    const mail = page('<p>To Kyiv.</p><hr><div id="reply-head">From: Shop</div>Bare words<p>Where to?</p>')
    dress(mail, { quoted: 'quoted' })
    expect(mail.querySelector('details')?.textContent).toBe('quotedFrom: ShopBare wordsWhere to?')
  })

  it('counts the pictures that were not loaded', () => {
    const mail = page('<img data-blocked-src="https://a.example/x"><img src="data:,">')
    expect(dress(mail, { quoted: 'quoted' })).toEqual({ blocked: 1, canShow: true })
  })
})
