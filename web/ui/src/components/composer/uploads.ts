/** Files on their way to the hub, before the message that carries them. */

import type { Ref } from 'vue'
import { reactive } from 'vue'
import { useI18n } from 'vue-i18n'
import { upload } from '@/api/hub'
import { Refusal } from '@/api/http'
import type { AttachmentView } from '@/api/types'
import type { Upload, Writing } from '@/live/writing'
import { useLive } from '@/stores/live'
import { useToasts } from '@/stores/toasts'
import { useWriting } from '@/stores/writing'
import { useTimes } from '@/words/times'

let last = 0
/** Pictures that a mail may show among its words. */
const SHOWN = ['image/png', 'image/jpeg', 'image/gif', 'image/webp']

export function useUploads(one: Ref<Writing>, show: (file: AttachmentView) => void = () => undefined) {
  const writing = useWriting()
  const { t } = useI18n()
  const live = useLive()
  const toasts = useToasts()
  const times = useTimes()

  /** Upload files; pictures among the words are shown there. */
  function add(files: File[], among = false): void {
    const room = live.settings.max_attachments - one.value.uploads.length
    if (files.length > room) {
      toasts.show(t('composer.tooMany', { n: live.settings.max_attachments }), { tone: 'over' })
    }
    for (const file of files.slice(0, Math.max(0, room))) {
      if (!file.size) toasts.show(t('composer.emptyFile', { name: file.name }), { tone: 'over' })
      else if (file.size > live.settings.max_attachment_bytes) {
        const limit = times.size(live.settings.max_attachment_bytes)
        toasts.show(t('composer.tooBig', { name: file.name, limit }), { tone: 'over' })
      } else begin(file, among && SHOWN.includes(file.type))
    }
  }

  function begin(file: File, inline: boolean): void {
    const row = reactive<Upload>({
      key: (last += 1),
      name: file.name,
      share: 0,
      failed: false,
      done: null,
      ...(inline ? { inline } : {}),
      stop: () => undefined,
    })
    const going = upload(file, (share) => (row.share = share))
    row.stop = going.stop
    one.value.uploads.push(row)
    going.done.then(
      (view) => {
        row.done = view
        if (inline) show(view)
        writing.typed(one.value, 'reply')
      },
      (error: unknown) => {
        row.failed = true
        row.why = error instanceof Refusal && error.status === 413 ? 'tooLarge' : error instanceof Refusal ? 'refused' : 'unreachable'
      },
    )
  }

  function drop(key: number): void {
    const row = one.value.uploads.find((known) => known.key === key)
    if (row && !row.done) row.stop()
    one.value.uploads = one.value.uploads.filter((known) => known.key !== key)
    if (row?.done) {
      const { id } = row.done
      one.value.html = one.value.html.replaceAll(new RegExp(`<img\\b[^>]*cid:file-${id}"[^>]*>`, 'g'), '')
    }
    writing.typed(one.value, 'reply')
  }

  return { add, drop }
}
