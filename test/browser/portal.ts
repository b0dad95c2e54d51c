import type { ServerResponse } from 'node:http'
import { bundleBrowserHelper } from '../../scripts/browser-helper.ts'
import type { FetchEndpoint } from '../../src/embed/endpoint/fetch.ts'
import type { Link } from '../../src/embed/link.ts'
import { ScriptedServer, type SeenRequest } from '../proxies/scripted-server.ts'

/** What an endpoint does with one request. `mint` makes the next link. */
export type Reply = (response: ServerResponse, mint: () => Link, seen: SeenRequest) => void | Promise<void>

/** @param served what the server takes for the time; without it it does not tell */
export function link(over: Partial<Link> = {}, served?: Date): Reply {
  return (response, mint) => {
    if (served !== undefined) response.setHeader('Date', served.toUTCString())
    response.setHeader('Content-Type', 'application/json')
    response.end(JSON.stringify({ ...mint(), ...over }))
  }
}

export function status(code: number, headers: Readonly<Record<string, string>> = {}): Reply {
  return response => void response.writeHead(code, headers).end('{"error":"as the test wants it"}')
}

/** What an endpoint of the library answers. */
export function through(endpoint: FetchEndpoint): Reply {
  return async (response, _mint, { method, url, headers }) => {
    const entries = Object.entries(headers).map(([name, value]): [string, string] => [name, String(value)])
    const answer = await endpoint(new Request(`http://127.0.0.1${url}`, { method, headers: entries }))
    response.writeHead(answer.status, Object.fromEntries(answer.headers)).end(await answer.text())
  }
}

export const hang: Reply = () => {}

export const reset: Reply = response => void response.socket?.resetAndDestroy()

/** As strict as a portal's may be: the helper needs its own script, its endpoint and the frames. */
const contentSecurityPolicy =
  "default-src 'none'; script-src 'self'; connect-src 'self'; frame-src http://localhost:*"

const page = '<!doctype html><title>portal</title><script type="module" src="/page.js"></script>'
const script = "import * as lens from '/helper.js'; Object.assign(window, { lens, embeds: {}, statuses: {} })"

/**
 * A partner's site, whose endpoints `/api/embed/NAME` answer `NAME-1`, `NAME-2` and so on, good for 300 s and to be
 * refreshed after 240 s, unless the test wants something else of the next requests.
 */
export class Portal {
  readonly next: Reply[] = []
  /** What follows when `next` is empty. */
  usual = link()
  readonly requests: SeenRequest[] = []
  /** Requests that the browser gave up. */
  givenUp = 0
  readonly url: string
  /** Of the page in the frame. */
  path = '/embeds/dash'
  readonly #server: ScriptedServer
  readonly #frameSite: string
  readonly #tokens = new Map<string, number>()

  private constructor(server: ScriptedServer, frameSite: string) {
    this.#server = server
    this.#frameSite = frameSite
    this.url = `http://127.0.0.1:${server.port}`
  }

  /** @param frameSite where frames come from, such as `http://localhost:1234` */
  static async start(frameSite: string): Promise<Portal> {
    const files: Readonly<Record<string, string>> = {
      '/': page,
      '/page.js': script,
      '/helper.js': await bundleBrowserHelper(),
    }
    const server = await ScriptedServer.start((seen, response) => {
      // Its time is real, and that of the page is not.
      response.sendDate = false
      // A browser repeats by itself what is lost on a connection that it used before.
      response.shouldKeepAlive = false
      response.setHeader('Content-Security-Policy', contentSecurityPolicy)
      if (seen.url.startsWith('/api/embed/')) return portal.#answer(seen, response)
      response.setHeader('Content-Type', seen.url === '/' ? 'text/html' : 'text/javascript')
      response.end(files[seen.url] ?? '')
    })
    const portal = new Portal(server, frameSite)
    return portal
  }

  close(): Promise<void> {
    return this.#server.close()
  }

  #answer(seen: SeenRequest, response: ServerResponse): void | Promise<void> {
    const name = seen.url.split('/').at(-1) ?? ''
    this.requests.push(seen)
    response.on('close', () => {
      if (!response.writableEnded) this.givenUp++
    })
    const reply = this.next.shift() ?? this.usual
    return reply(response, () => this.#mint(name), seen)
  }

  #mint(name: string): Link {
    const number = (this.#tokens.get(name) ?? 0) + 1
    this.#tokens.set(name, number)
    const token = `${name}-${number}`
    const url = `${this.#frameSite}${this.path}?from=2026-01-01#dl_embed_token=${token}`
    return { token, url, expiresIn: 300, refreshIn: 240 }
  }
}
