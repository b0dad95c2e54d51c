import type { ServerResponse } from 'node:http'
import { ScriptedServer, type SeenRequest } from './scripted-server.ts'
import type { TestCertificate } from './test-certificate.ts'

/** Which of the servers answers a request. @param index counts requests */
export type Choice = (seen: SeenRequest, index: number) => number

export const inTurn: Choice = (_, index) => index

export const always =
  (server: number): Choice =>
  () =>
    server

/** What a request is answered in a server's stead: an error of ClickHouse, or nothing at all. */
export type Interference = { readonly code: number; readonly symbol: string } | 'cut' | undefined

/** One address for several ClickHouse servers, request by request, as balancers of HTTP do. */
export class LoadBalancer {
  readonly url: string
  choose: Choice
  /** Undefined passes the request on. */
  interfere: (sql: string, seen: SeenRequest) => Interference = () => undefined
  /** What comes back in place of an answer. */
  rewrite: (answer: Buffer) => Buffer = answer => answer
  readonly #server: ScriptedServer

  private constructor(
    server: ScriptedServer,
    { targets, choose, isSecure }: { targets: readonly string[]; choose: Choice; isSecure: boolean },
  ) {
    this.#server = server
    this.url = `http${isSecure ? 's' : ''}://127.0.0.1:${server.port}`
    this.choose = choose
    server.script = async (seen, response, index) => {
      const instead = this.interfere(seen.body, seen)
      if (instead !== undefined) return answer(instead, response)
      const target = targets[this.choose(seen, index) % targets.length] ?? ''
      await pass(seen, { target, rewrite: this.rewrite }, response)
    }
  }

  static async start(
    targets: readonly string[],
    choose: Choice,
    tls?: TestCertificate,
  ): Promise<LoadBalancer> {
    const server = await ScriptedServer.start((_, response) => void response.destroy(), tls)
    return new LoadBalancer(server, { targets, choose, isSecure: tls !== undefined })
  }

  async close(): Promise<void> {
    await this.#server.close()
  }
}

function answer(instead: Exclude<Interference, undefined>, response: ServerResponse): void {
  if (instead === 'cut') return void response.destroy()
  const { code, symbol } = instead
  response.writeHead(500, { 'X-ClickHouse-Exception-Code': String(code) })
  response.end(`Code: ${code}. DB::Exception: As the test wants it. (${symbol})\n`)
}

const ofConnection = new Set(['connection', 'keep-alive', 'transfer-encoding', 'content-length', 'host'])

async function pass(
  { method, url, headers, body }: SeenRequest,
  { target, rewrite }: { readonly target: string; readonly rewrite: LoadBalancer['rewrite'] },
  response: ServerResponse,
): Promise<void> {
  const sent = Object.entries(headers).flatMap(([name, value]) =>
    ofConnection.has(name) || value === undefined ? [] : [[name, String(value)] as [string, string]],
  )
  try {
    const answer = await fetch(new URL(url, target), {
      method,
      headers: sent,
      ...(body === '' ? {} : { body }),
    })
    const told = [...answer.headers].filter(([name]) => !ofConnection.has(name))
    response
      .writeHead(answer.status, Object.fromEntries(told))
      .end(rewrite(Buffer.from(await answer.arrayBuffer())))
  } catch {
    response.destroy()
  }
}
