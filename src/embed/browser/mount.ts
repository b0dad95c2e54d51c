import type { Link } from '../link.ts'
import { endpointAsk, type Ask } from './ask.ts'
import { awakeClock } from './awake-clock.ts'
import { Frame } from './frame.ts'
import { Session } from './session.ts'
import type { EmbedStatus } from './status.ts'

interface CommonOptions {
  /** Makes the frame as high as the page in it. Without it the frame is as high as the element. */
  readonly autoHeight?: boolean | undefined
  /** Puts off loading the frame until it comes near the visible part of the page. */
  readonly lazy?: boolean | undefined
  /** What a screen reader calls the frame. Default "DataLens". */
  readonly title?: string | undefined
  /** Called after each change, never from within `mount`, `refresh` or `destroy`. */
  readonly onState?: ((status: EmbedStatus) => void) | undefined
}

interface EndpointOptions extends CommonOptions {
  /** Address of an endpoint of `@lenskeeper/embed`, of the page's own origin. */
  readonly endpoint: string
}

interface GetTokenOptions extends CommonOptions {
  /**
   * Gives an endpoint's answer, or the `Response` that may have one, of which status and Retry-After count. What it
   * throws is taken for a lost connection. The signal aborts when the answer is not wanted any more.
   */
  readonly getToken: (signal: AbortSignal) => Promise<Link | Response>
}

export type MountOptions = EndpointOptions | GetTokenOptions

export interface MountedEmbed {
  /** Asks for a token now, also where no request would follow (`denied`, `failed`). Does nothing while one is asked for. */
  refresh(): void
  /** Removes the frame; leaves no timer, listener or request. Final, and may be called again. */
  destroy(): void
}

/**
 * Shows a chart or dashboard in an element, which it appends a frame to, and keeps its token fresh until `destroy`.
 * Throws a TypeError for an endpoint of another origin.
 */
export function mount(element: Element | ShadowRoot, options: MountOptions): MountedEmbed {
  const life = new AbortController()
  const { signal } = life
  const clock = {
    monotonic: awakeClock(
      () => performance.now(),
      () => Date.now(),
    ),
    after,
  }
  const { title = 'DataLens', lazy = false, autoHeight = false, onState } = options
  const frame = new Frame(element, {
    title,
    lazy,
    autoHeight,
    after,
    onLoad: () => session.send({ type: 'load' }),
  })
  const ports = { ask: askOf(options), frame, clock, random: Math.random }
  const session = new Session(ports, status => onState?.(status))

  const wake = (): void => {
    if (document.visibilityState === 'visible') session.send({ type: 'wake' })
  }
  document.addEventListener('visibilitychange', wake, { signal })
  addEventListener('pageshow', wake, { signal })
  addEventListener('online', wake, { signal })
  addEventListener('message', event => frame.hear(event), { signal })

  return {
    refresh: () => session.send({ type: 'refresh' }),
    destroy: () => {
      life.abort()
      session.close()
    },
  }
}

function after(ms: number, run: () => void): () => void {
  const timer = setTimeout(run, ms)
  return () => clearTimeout(timer)
}

function askOf(options: MountOptions): Ask {
  if ('getToken' in options) return options.getToken
  // To another origin the browser would send no cookies, and the endpoint would refuse it: better said at once.
  if (new URL(options.endpoint, document.baseURI).origin !== location.origin)
    throw new TypeError('lens-embed: the endpoint must be of the same origin as the page')
  return endpointAsk(options.endpoint, (...request) => fetch(...request))
}
