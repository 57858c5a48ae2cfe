import { describe, expect, it } from 'vitest'
import { forEditor, forMail, fromText, isPlain, losses, toText } from '@/components/composer/rich/html'
import { cleanPaste } from '@/components/composer/rich/paste'
import { fill, fillHtml, fit, search, unfilled } from '@/live/filling'
import type { Canned } from '@/api/answers'
import { clockIn, isNight, nextOpening, zoneOf } from '@/words/zones'

describe('what is pasted', () => {
  it('keeps words, looks and links of Word, and its lists as lists', () => {
    const word = `<!--[if gte mso 9]><xml>x</xml><![endif]--><p class=MsoNormal><b>Dear</b> <span style='font-style:italic'>client</span><o:p></o:p></p>
      <p class=MsoListParagraph style='mso-list:l0 level1 lfo1'><span style='mso-list:Ignore'>·  </span>Boiler</p>
      <p class=MsoListParagraph style='mso-list:l0 level1 lfo1'><span style='mso-list:Ignore'>·  </span>Pump</p><p>Bye</p>`

    const clean = cleanPaste(word)

    expect(clean).toContain('<b>Dear</b>')
    expect(clean).toContain('<em>client</em>')
    expect(clean.replaceAll(/\s+/g, '')).toContain('<ul><li>Boiler</li><li>Pump</li></ul>')
    expect(clean).not.toMatch(/mso|Mso|xml|style|class/)
  })

  it('does not take what Google Docs wraps everything in for bold', () => {
    const docs = '<b style="font-weight:normal" id="docs-internal-guid-1"><p><span style="font-weight:700">Only this</span> <span style="font-weight:400">not that</span></p></b>'

    expect(cleanPaste(docs)).toBe('<p><span><strong>Only this</strong></span> <span>not that</span></p>')
  })

  it('lets nothing run, load, or lead to code', () => {
    const page = '<img src="https://x.test/1.gif"><a href="javascript:x()">a</a><p onclick="x()">b</p><script>x()</script><iframe src="/"></iframe><a href="https://www.google.com/url?q=https%3A%2F%2Fshop.test%2F&sa=D">c</a>'

    expect(cleanPaste(page)).toBe('a<p>b</p><a href="https://shop.test/">c</a>')
  })
})

describe('a mail and its editor', () => {
  it('say the same: a line is a line, a picture its upload', () => {
    const kept = '<div>Hi <strong>you</strong></div><div><br></div><ul><li>one</li></ul><div><img src="cid:file-7" alt="p"></div>'
    const shown = forEditor(kept)

    expect(shown).toContain('<p>Hi <strong>you</strong></p><p></p>')
    expect(shown).toContain('/files/7/picture')
    expect(forMail(shown)).toBe(kept)
  })

  it('tells what plain text would lose, and says it plainly', () => {
    const html = '<p>Hi <strong>you</strong></p><ul><li><p>one</p></li><li><p>two</p></li></ul><p><a href="https://shop.test/a">shop</a></p>'

    expect(losses(html)).toEqual(['marks', 'lists', 'links'])
    expect(isPlain(html)).toBe(false)
    expect(toText(html)).toBe('Hi you\n- one\n- two\nshop (https://shop.test/a)')
  })

  it.each(['', 'one', 'one\n\ntwo', ' <b>&amp; '])('takes plain words as they are: %j', (text) => {
    expect(isPlain(fromText(text))).toBe(true)
    expect(toText(fromText(text)).trimEnd()).toBe(text.trimEnd())
  })
})

describe('ready answers', () => {
  it('are filled in as the hub does it', () => {
    expect(fill('Hi {client.first_name|there}, {order.number}{x}', {})).toBe('Hi there, {order.number}{x}')
    expect(unfilled('{order.number} {x} {order.number}')).toEqual(['order.number'])
    expect(fillHtml('<b>{client.name}</b>', { 'client.name': '<i>{queue}' })).toBe('<b>&lt;i&gt;(queue)</b>')
  })

  it('are found by letters in their order, the closest first', () => {
    const one = (id: number, title: string, text = ''): Canned => ({
      id, title, folder: '', account_id: null, channels: [], attachments: [], updated_at: '', used: 0, used_by_me: 0,
      texts: [{ locale: 'en', text, subject: '', html: '' }],
    })
    const all = [one(1, 'Return of goods'), one(2, 'Refund'), one(3, 'Hours', 'refunds take a day')]

    expect(search(all, 'refu', null).map(({ id }) => id)).toEqual([2, 3])
    expect(search(all, 'rgoods', null).map(({ id }) => id)).toEqual([1])
    expect(fit('xyz', 'Refund')).toBeNull()
  })
})

describe("a client's clock", () => {
  it('is his own word, or that of the country of his number', () => {
    const phone = { kind: 'phone', value: '+48601000000' }

    expect(zoneOf({ attributes: {}, addresses: [phone] })).toBe('Europe/Warsaw')
    expect(zoneOf({ attributes: { timezone: 'Asia/Tokyo' }, addresses: [phone] })).toBe('Asia/Tokyo')
    expect(zoneOf({ attributes: { timezone: 'Mars/Base' }, addresses: [] })).toBeNull()
  })

  it('follows the country that his card names, before the number', () => {
    const phone = { kind: 'phone', value: '+48601000000' }

    expect(zoneOf({ attributes: { country: 'pt' }, addresses: [phone] })).toBeNull()
    expect(zoneOf({ attributes: { country: 'ge' }, addresses: [phone] })).toBe('Asia/Tbilisi')
  })

  it('has its nights', () => {
    const at = (hour: string): Date => new Date(`2026-11-20T${hour}:00Z`)

    expect(['04:59', '05:59', '06:00', '18:59', '19:00'].map((hour) => isNight('Europe/Kyiv', at(hour)))).toEqual([true, true, false, false, true])
  })

  it('opens on the next working day', () => {
    const friday = new Date('2026-11-20T16:10:00Z')
    const opening = nextOpening('Europe/Kyiv', friday)

    expect(opening.toISOString()).toBe('2026-11-23T07:00:00.000Z')
    expect(clockIn('Europe/Kyiv', opening, 'en')).toBe('09:00')
  })
})
