import { mount, type MountedEmbed } from './mount.ts'
import type { EmbedStatus } from './status.ts'

/** The event `lens-embed-state`, which bubbles. */
export type LensEmbedStateEvent = CustomEvent<EmbedStatus>

export interface LensEmbedElement extends HTMLElement {
  /** As that of a mounted embed. */
  refresh(): void
}

declare global {
  interface HTMLElementTagNameMap {
    'lens-embed': LensEmbedElement
  }
  interface HTMLElementEventMap {
    'lens-embed-state': LensEmbedStateEvent
  }
}

/**
 * Defines `<lens-embed endpoint="/api/embed/sales" auto-height lazy title="Sales">`. Does nothing where the name is
 * taken, as by another copy of this package, or where there are no elements at all, as on a server.
 */
export function defineLensEmbed(name = 'lens-embed'): void {
  if (typeof customElements === 'undefined' || customElements.get(name) !== undefined) return
  customElements.define(name, lensEmbedClass())
}

/** Within a function, since `HTMLElement` is missing on a server. */
function lensEmbedClass(): CustomElementConstructor {
  const style = new CSSStyleSheet()
  // As high as CSS or the layout makes it, of which a percentage in it would hear the first alone; without either, as
  // high as a frame is by itself. With `auto-height` it follows the frame.
  style.replaceSync(
    ':host{display:block}:host(:not([auto-height])){contain:size layout;contain-intrinsic-size:300px 150px}:host(:not([auto-height])) iframe{position:absolute;inset:0}',
  )
  return class extends HTMLElement implements LensEmbedElement {
    static readonly observedAttributes = ['endpoint', 'auto-height']
    // Out of reach of what draws the page, which may remove children that it did not make.
    readonly #root = this.attachShadow({ mode: 'open' })
    #embed: MountedEmbed | undefined
    #mountDue = false

    connectedCallback(): void {
      this.#remount()
    }

    disconnectedCallback(): void {
      this.#unmount()
    }

    /** Lets `moveBefore` move the element without loading it anew. */
    connectedMoveCallback(): void {}

    attributeChangedCallback(_name: string, before: string | null, after: string | null): void {
      if (before !== after) this.#remount()
    }

    refresh(): void {
      this.#embed?.refresh()
    }

    #unmount(): void {
      this.#embed?.destroy()
      this.#embed = undefined
    }

    /** What is shown ends at once; several attributes that change together make one new frame. */
    #remount(): void {
      this.#unmount()
      if (this.#mountDue) return
      this.#mountDue = true
      queueMicrotask(() => {
        this.#mountDue = false
        this.#mount()
      })
    }

    #mount(): void {
      const endpoint = this.getAttribute('endpoint')
      if (!this.isConnected || this.#embed !== undefined || !endpoint) return
      this.#root.adoptedStyleSheets = [style]
      this.#embed = mount(this.#root, {
        endpoint,
        autoHeight: this.hasAttribute('auto-height'),
        lazy: this.hasAttribute('lazy'),
        title: this.title || undefined,
        onState: detail => this.dispatchEvent(new CustomEvent('lens-embed-state', { bubbles: true, detail })),
      })
    }
  }
}
