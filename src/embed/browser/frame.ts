import { createIframe, type IframeOptions } from './iframe.ts'
import type { Ports } from './session.ts'

/** DataLens listens once it is drawn, and does not say when that is: what is sent at a load is sent again. Milliseconds. */
const firstRepeatMs = 1000
const lastRepeatMs = 32_000

export interface FrameOptions extends IframeOptions {
  /** Whether the frame is as high as the page in it. */
  readonly autoHeight: boolean
  readonly after: Ports['clock']['after']
  readonly onLoad: () => void
}

interface Shown {
  readonly iframe: HTMLIFrameElement
  readonly address: URL
  loaded: boolean
  /** Whether the page has told its height. */
  measured: boolean
  /** Told since the last load. */
  token: string | undefined
}

/** One iframe at a time in an element. What it is sent reaches the origin of its address and no other page. */
export class Frame {
  readonly #parent: ParentNode
  readonly #options: FrameOptions
  #shown: Shown | undefined
  #height = '100%'
  #cancelRepeat = (): void => {}

  constructor(parent: ParentNode, options: FrameOptions) {
    this.#parent = parent
    this.#options = options
  }

  /**
   * Loads a frame in place of the one before. It is a new element: an address that differs in nothing but its fragment
   * loads nothing, and a replaced address stays in the history, for the viewer's Back to return to.
   */
  show(url: string): void {
    this.empty()
    const iframe = createIframe(url, this.#options)
    const shown = { iframe, address: new URL(url), loaded: false, measured: false, token: undefined }
    iframe.style.height = this.#height
    iframe.addEventListener('load', () => this.#onLoad(shown))
    this.#shown = shown
    this.#parent.append(iframe)
  }

  /** Before the first load there is nobody to tell; of that load the session hears. */
  tell(token: string): void {
    if (this.#shown?.loaded !== true) return
    this.#shown.token = token
    this.#sendToken(this.#shown)
  }

  empty(): void {
    this.#cancelRepeat()
    this.#shown?.iframe.remove()
    this.#shown = undefined
  }

  /** Takes the height that the page tells. Not heard: another window, and another page in this frame. */
  hear({ source, origin, data }: MessageEvent<unknown>): void {
    const shown = this.#shown
    if (shown === undefined || source !== shown.iframe.contentWindow || origin !== shown.address.origin)
      return
    const { embedHeight } = (data ?? {}) as { readonly embedHeight?: unknown }
    if (!this.#options.autoHeight || typeof embedHeight !== 'number' || !(embedHeight > 0)) return
    shown.measured = true
    this.#height = `${embedHeight}px`
    shown.iframe.style.height = this.#height
  }

  #onLoad(shown: Shown): void {
    shown.loaded = true
    shown.measured = false
    shown.token = undefined
    this.#options.onLoad()
    if (this.#shown !== shown) return
    this.#askHeight(shown)
    this.#repeat(shown, firstRepeatMs)
  }

  #repeat(shown: Shown, afterMs: number): void {
    this.#cancelRepeat()
    this.#cancelRepeat = this.#options.after(afterMs, () => {
      this.#askHeight(shown)
      this.#sendToken(shown)
      if (afterMs < lastRepeatMs) this.#repeat(shown, afterMs * 2)
    })
  }

  #askHeight(shown: Shown): void {
    if (!this.#options.autoHeight || shown.measured) return
    const isDashboard = shown.address.pathname.endsWith('/dash')
    this.#post(shown, `subscribe-for-embed-height${isDashboard ? '-dash' : ''}`)
  }

  #sendToken(shown: Shown): void {
    if (shown.token === undefined) return
    this.#post(shown, { type: 'SECURE_EMBEDDING_TOKEN_UPDATE', token: shown.token })
  }

  #post({ iframe, address }: Shown, message: unknown): void {
    iframe.contentWindow?.postMessage(message, address.origin)
  }
}
