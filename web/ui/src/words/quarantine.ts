/** Why something is in quarantine, for people; the hub's own words are technical. */
import { useI18n } from 'vue-i18n'

type Told = [pattern: RegExp, key: string]

const REASONS: Told[] = [
  [/^looks like spam: a field that people do not see/, 'trap'],
  [/^looks like spam: it says “(.+)”/, 'word'],
  [/^looks like spam: (\d+) links, sent too fast/, 'fast'],
  [/^looks like spam: (\d+) links/, 'links'],
  [/^looks like spam/, 'spam'],
  [/nobody is named as the sender|no sender could be found/, 'nobody'],
  [/no header lines/, 'noHead'],
  [/: (\w+) is missing/, 'missing'],
  [/: (\w+) is not a number/, 'number'],
  [/nothing is known of/, 'unknown'],
  [/JSON where a form was expected|not a set of answers/, 'kind'],
  [/^multipart/, 'cut'],
]

export function useReasons(): (reason: string) => string {
  const { t } = useI18n()
  return (reason) => {
    for (const [pattern, key] of REASONS) {
      const hit = pattern.exec(reason)
      if (hit) return t(`quarantine.why.${key}`, { what: hit[1] ?? '' })
    }
    return t('quarantine.why.damaged')
  }
}
