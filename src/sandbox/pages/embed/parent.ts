import { tellableAddress } from './address.ts'

export interface ParentOptions {
  /** What the page around calls to be told the height. */
  readonly subscription: 'subscribe-for-embed-height' | 'subscribe-for-embed-height-dash'
  readonly onToken: (token: string) => void
}

/**
 * Speaks with the page around the frame, and hears no other. Nothing that it says needs to be kept from anyone, so it is
 * said to whatever page that is; the height only to one that asked.
 */
export class Parent {
  readonly #options: ParentOptions
  #heightFor: string | undefined
  #height = 0

  constructor(options: ParentOptions) {
    this.#options = options
    if (parent === window) return
    addEventListener('message', event => this.#hear(event))
    new ResizeObserver(() => this.#tellHeight()).observe(document.body)
  }

  isRendered(): void {
    this.#say({ iFrameName: window.name, isRendered: true }, '*')
  }

  urlChanged(): void {
    this.#say({ code: 'URL_CHANGED', data: tellableAddress(location.href) }, '*')
  }

  #hear({ source, origin, data }: MessageEvent<unknown>): void {
    if (source !== parent) return
    if (data === this.#options.subscription) {
      this.#heightFor = origin
      this.#height = 0
      this.#tellHeight()
    }
    const { type, token } = (data ?? {}) as { readonly type?: unknown; readonly token?: unknown }
    if (type === 'SECURE_EMBEDDING_TOKEN_UPDATE' && typeof token === 'string' && token !== '')
      this.#options.onToken(token)
  }

  #tellHeight(): void {
    const height = Math.ceil(document.body.getBoundingClientRect().height)
    if (this.#heightFor === undefined || window.name === '' || height === this.#height) return
    this.#height = height
    this.#say({ iFrameName: window.name, embedHeight: height }, this.#heightFor)
  }

  #say(what: unknown, origin: string): void {
    if (parent !== window) parent.postMessage(what, origin)
  }
}
