/** Which files are shown in their place, and how. What a file is, its own bytes told the hub. */

import type { AttachmentView } from '@/api/types'

export type Preview = 'picture' | 'pdf' | 'audio' | 'video'

/** Pictures that browsers draw; a TIFF only has its thumbnail. */
const PICTURES = ['image/avif', 'image/bmp', 'image/gif', 'image/jpeg', 'image/png', 'image/webp']

export function previewOf(file: AttachmentView, hasPdfViewer = navigator.pdfViewerEnabled): Preview | null {
  if (PICTURES.includes(file.media_type)) return 'picture'
  if (file.media_type === 'application/pdf') return hasPdfViewer ? 'pdf' : null
  if (file.media_type.startsWith('audio/')) return 'audio'
  return file.media_type.startsWith('video/') ? 'video' : null
}

export function addressOf(file: AttachmentView): string {
  return `/files/${file.id}/${encodeURIComponent(file.name)}`
}

/** The file's own page in a frame: only a PDF needs to be asked for so. */
export function frameOf(file: AttachmentView): string {
  return `${addressOf(file)}?view`
}
