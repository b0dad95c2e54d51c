import type { ServerResponse } from 'node:http'
import { ScriptedServer, type SeenRequest } from './scripted-server.ts'

/** Which of the servers answers a request. @param index counts requests */
export type Choice = (seen: SeenRequest, index: number) => number

export const inTurn: Choice = (_, index) => index

export const always =
  (server: number): Choice =>
  () =>
    server

/** One address for several ClickHouse servers, request by request, as balancers of HTTP do. */
export class LoadBalancer {
  readonly url: string
  choose: Choice
  readonly #server: ScriptedServer

  private constructor(server: ScriptedServer, targets: readonly string[], choose: Choice) {
    this.#server = server
    this.url = `http://127.0.0.1:${server.port}`
    this.choose = choose
    server.script = async (seen, response, index) => {
      const target = targets[this.choose(seen, index) % targets.length] ?? ''
      await pass(seen, target, response)
    }
  }

  static async start(targets: readonly string[], choose: Choice): Promise<LoadBalancer> {
    const server = await ScriptedServer.start((_, response) => void response.destroy())
    return new LoadBalancer(server, targets, choose)
  }

  async close(): Promise<void> {
    await this.#server.close()
  }
}

const ofConnection = new Set(['connection', 'keep-alive', 'transfer-encoding', 'content-length', 'host'])

async function pass({ method, url, headers, body }: SeenRequest, target: string, response: ServerResponse) {
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
    response.writeHead(answer.status, Object.fromEntries(told)).end(Buffer.from(await answer.arrayBuffer()))
  } catch {
    response.destroy()
  }
}
