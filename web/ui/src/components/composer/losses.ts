/** What a channel without looks leaves out. Apart from the editor, which loads later. */

export { losses } from './rich/html'
