/** Dialogs that are loaded when somebody asks for them, and do not lose a key till then. */

import { defineAsyncComponent, type Component } from 'vue'
import TypedAhead from './TypedAhead.vue'

export function lateDialog<T extends Component>(loader: () => Promise<{ default: T }>): T {
  return defineAsyncComponent({
    loader: loader as () => Promise<Component>,
    loadingComponent: TypedAhead,
    delay: 0,
  }) as unknown as T
}
