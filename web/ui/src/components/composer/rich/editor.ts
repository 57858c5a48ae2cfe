/** The editor of mails: what it knows, and what it marks. */

import { Editor, Extension } from '@tiptap/core'
import Image from '@tiptap/extension-image'
import { Plugin } from '@tiptap/pm/state'
import { Decoration, DecorationSet } from '@tiptap/pm/view'
import StarterKit from '@tiptap/starter-kit'
import { unfilled } from '@/live/filling'
import { cleanPaste } from './paste'

/** Places without a value are shown as such, wherever they stand. */
const Gaps = Extension.create({
  name: 'gaps',
  addProseMirrorPlugins() {
    return [
      new Plugin({
        props: {
          decorations(state) {
            const marks: Decoration[] = []
            state.doc.descendants((node, at) => {
              for (const name of node.isText ? unfilled(node.text ?? '') : []) {
                const words = `{${name}}`
                let place = node.text!.indexOf(words)
                while (place >= 0) {
                  marks.push(Decoration.inline(at + place, at + place + words.length, { class: 'gap' }))
                  place = node.text!.indexOf(words, place + 1)
                }
              }
            })
            return DecorationSet.create(state.doc, marks)
          },
        },
      }),
    ]
  },
})

export interface Made {
  element: HTMLElement
  html: string
  label: string
  placeholder: string
  /** Its name in tests. */
  test: string
  changed: (editor: Editor) => void
  moved: () => void
  key: (event: KeyboardEvent) => boolean
  files: (files: File[]) => boolean
}

export function makeEditor(made: Made): Editor {
  return new Editor({
    element: made.element,
    content: made.html,
    // The page's rules allow no styles from scripts; ours are in RichText.vue.
    injectCSS: false,
    extensions: [
      StarterKit.configure({
        heading: { levels: [2, 3] },
        trailingNode: false,
        link: { openOnClick: false, protocols: ['mailto', 'tel'], HTMLAttributes: { target: null, rel: null } },
      }),
      Image.configure({ inline: true, allowBase64: false }),
      Gaps,
    ],
    editorProps: {
      attributes: {
        role: 'textbox',
        'aria-multiline': 'true',
        'aria-label': made.label,
        'data-test': made.test,
        'data-placeholder': made.placeholder,
      },
      handleKeyDown: (_view, event) => made.key(event),
      transformPastedHTML: cleanPaste,
      handlePaste: (_view, event) => {
        const files = [...(event.clipboardData?.files ?? [])]
        // A table of numbers comes as a picture too; then its words are what is meant.
        const hasWords = (event.clipboardData?.getData('text/plain') ?? '').trim() !== ''
        return files.length > 0 && !hasWords && made.files(files)
      },
      handleDrop: (_view, event) => {
        const files = [...(event.dataTransfer?.files ?? [])]
        if (!files.length) return false
        event.preventDefault()
        event.stopPropagation()
        return made.files(files)
      },
    },
    onUpdate: ({ editor }) => made.changed(editor),
    onSelectionUpdate: () => made.moved(),
  })
}
