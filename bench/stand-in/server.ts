/** The stand-in's HTTP interface. */
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http'
import { once } from 'node:events'
import { setTimeout as delay } from 'node:timers/promises'
import { readRequest, type ClickHouseRequest } from '../../src/dev/clickhouse/http/request.ts'
import { passwordMatches } from '../../src/dev/clickhouse/rights/access-state.ts'
import { logCommentSetBy } from '../../src/dev/clickhouse/sql/log-comment.ts'
import {
  describeServerError,
  httpStatusOf,
  ServerError,
  toServerError,
} from '../../src/dev/clickhouse/sql/server-error.ts'
import { answer, type Row } from './answer.ts'
import { change } from './change.ts'
import type { World } from './world.ts'

export interface StandInServerOptions {
  readonly world: World
  /** How long every statement takes, in milliseconds. */
  readonly statementMs: number
}

export class StandInServer {
  readonly #options: StandInServerOptions
  readonly #server: Server
  #statements = 0

  constructor(options: StandInServerOptions) {
    this.#options = options
    this.#server = createServer((request, response) => void this.#serve(request, response))
    this.#server.keepAliveTimeout = 30_000
  }

  /** Statements until now, refused ones included. */
  get statements(): number {
    return this.#statements
  }

  /** Listens on a free port of 127.0.0.1. @returns the port */
  async listen(): Promise<number> {
    this.#server.listen(0, '127.0.0.1')
    await once(this.#server, 'listening')
    const address = this.#server.address()
    return typeof address === 'object' && address !== null ? address.port : 0
  }

  async #serve(request: IncomingMessage, response: ServerResponse): Promise<void> {
    response.setHeader('X-ClickHouse-Server-Display-Name', 'stand-in')
    try {
      const asked = await readRequest(request)
      this.#statements += 1
      const rows = this.#run(asked)
      const { statementMs } = this.#options
      if (statementMs > 0) await delay(statementMs)
      response.end(rows.map(row => `${JSON.stringify(row)}\n`).join(''))
    } catch (error) {
      refuse(response, toServerError(error))
    }
  }

  #run(asked: ClickHouseRequest): readonly Row[] {
    const { world } = this.#options
    const { user, password, sql, session } = asked
    const known = world.users.get(user)
    if (known === undefined || !passwordMatches(known.authentication, password))
      throw new ServerError(516, 'AUTHENTICATION_FAILED', `${user}: Authentication failed`)
    const inSession = JSON.stringify([user, session?.id])
    const comment = logCommentSetBy(sql)
    if (comment !== undefined) {
      world.logComments.set(inSession, comment)
      return []
    }
    if (change(world, sql)) return []
    return answer(world, { user, sql, logComment: world.logComments.get(inSession) ?? '' })
  }
}

function refuse(response: ServerResponse, error: ServerError): void {
  response
    .writeHead(httpStatusOf(error.code), { 'X-ClickHouse-Exception-Code': String(error.code) })
    .end(describeServerError(error, 'stand-in'))
}
