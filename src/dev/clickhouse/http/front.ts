import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http'
import { randomUUID } from 'node:crypto'
import { once } from 'node:events'
import { sleep, systemClock } from '../../../core/clock.ts'
import { passwordMatches, type StoredAuthentication } from '../rights/access-state.ts'
import type { EngineResult } from '../engine/engine.ts'
import type { Executor } from '../rights/executor.ts'
import type { Fault, FaultPlan } from './faults.ts'
import { readRequest, type ClickHouseRequest } from './request.ts'
import { describeServerError, httpStatusOf, ServerError, toServerError } from '../sql/server-error.ts'
import { Sessions } from './sessions.ts'
import { readStatement, splitFormat } from '../sql/statement.ts'

/** One statement that reached a replica, for tests. `sql` is as it was sent, credentials included. */
export interface StatementRecord {
  readonly user: string
  readonly verb: string
  readonly sql: string
  readonly queryId: string | undefined
  readonly waitEndOfQuery: boolean
  readonly settings: Readonly<Record<string, string>>
  /** 0 when it worked, otherwise the code of ClickHouse's error. */
  readonly code: number
}

export interface FrontOptions {
  readonly executor: Executor
  readonly faults: FaultPlan
  readonly admin: { readonly username: string; readonly authentication: StoredAuthentication }
  readonly version: () => string
  /** As a server tells it with each answer; mostly its host's name. */
  readonly displayName: string
  readonly record: (statement: StatementRecord) => void
}

const contentTypes: Readonly<Record<string, string>> = {
  TabSeparated: 'text/tab-separated-values; charset=UTF-8',
  CSV: 'text/csv; charset=UTF-8; header=absent',
}

/** The HTTP interface of a ClickHouse server in front of the engine. */
export class Front {
  readonly #options: FrontOptions
  readonly #server: Server
  readonly #sessions: Sessions

  constructor(options: FrontOptions) {
    this.#options = options
    this.#sessions = new Sessions(systemClock, user => options.executor.user(user))
    this.#server = createServer((request, response) => void this.#serve(request, response))
    this.#server.keepAliveTimeout = 30_000
  }

  /** Listens on 127.0.0.1: on this port, or on a free one if it is 0 or taken. @returns the port */
  async listen(port: number): Promise<number> {
    this.#server.listen(port, '127.0.0.1')
    try {
      await once(this.#server, 'listening')
    } catch (error) {
      if (port === 0) throw error
      return await this.listen(0)
    }
    const address = this.#server.address()
    return typeof address === 'object' && address !== null ? address.port : port
  }

  /** Stops listening and cuts every connection. */
  async close(): Promise<void> {
    if (!this.#server.listening) return
    const closed = once(this.#server, 'close')
    this.#server.close()
    this.#server.closeAllConnections()
    await closed
  }

  async #serve(request: IncomingMessage, response: ServerResponse): Promise<void> {
    try {
      const path = new URL(request.url ?? '/', 'http://clickhouse')
      if (path.pathname === '/replicas_status') return void response.end('Ok.\n')
      if (path.pathname !== '/ping' && (path.pathname !== '/' || isGreeting(request, path)))
        return void response
          .writeHead(path.pathname === '/' ? 200 : 404)
          .end(path.pathname === '/' ? 'Ok.\n' : notFound(path))
      if (path.pathname === '/ping') return await this.#ping(response)
      await this.#query(request, response)
    } catch {
      response.destroy()
    }
  }

  async #ping(response: ServerResponse): Promise<void> {
    const fault = this.#options.faults.next('/ping')
    if (await this.#before(fault, response)) response.end('Ok.\n')
  }

  async #query(request: IncomingMessage, response: ServerResponse): Promise<void> {
    let asked: ClickHouseRequest | undefined
    try {
      asked = await readRequest(request)
      response.setHeader('X-ClickHouse-Query-Id', asked.queryId ?? randomUUID())
      response.setHeader('X-ClickHouse-Server-Display-Name', this.#options.displayName)
      response.setHeader('X-ClickHouse-Timezone', 'UTC')
      this.#authenticate(asked)
      const fault = this.#options.faults.next(asked.sql)
      if (!(await this.#before(fault, response))) return this.#note(asked, 210)
      if (fault?.kind === 'lie') return void response.end(fault.body ?? '')
      const options = { ...asked, format: asked.defaultFormat }
      const { executor } = this.#options
      const result = await this.#sessions.run(asked, (sql, account) =>
        executor.execute(sql, { ...options, account }),
      )
      this.#note(asked, 0)
      if (fault?.kind === 'hangAnswer') await this.#holdBack()
      if (fault?.kind === 'loseAnswer' || fault?.kind === 'hangAnswer') return void response.destroy()
      answer(response, asked, result)
    } catch (error) {
      const refusal = toServerError(error)
      if (asked !== undefined) this.#note(asked, refusal.code)
      this.#refuse(response, refusal)
    }
  }

  /** Does what the fault says before the statement would run. @returns false if it must not run any more */
  async #before(fault: Fault | undefined, response: ServerResponse): Promise<boolean> {
    if (fault?.kind === 'error') {
      const message = fault.message ?? 'A fault that was asked for'
      throw new ServerError(fault.code, fault.symbol ?? 'FAULT', message)
    }
    if (fault?.kind === 'drop') response.destroy()
    if (fault?.kind === 'delay') await this.#holdBack(fault.ms)
    if (fault?.kind === 'hang') {
      await this.#holdBack()
      response.destroy()
    }
    return fault?.kind !== 'drop' && fault?.kind !== 'hang'
  }

  /** Waits until the faults are replaced, or until `ms` are over. */
  async #holdBack(ms?: number): Promise<void> {
    const { faults } = this.#options
    const { cleared } = faults
    faults.held += 1
    if (ms !== undefined) await sleep(systemClock, ms, cleared).catch(() => undefined)
    else if (!cleared.aborted) await once(cleared, 'abort')
    faults.held -= 1
  }

  #authenticate(asked: ClickHouseRequest): void {
    const { admin, executor } = this.#options
    const authentication =
      asked.user === admin.username ? admin.authentication : executor.user(asked.user)?.authentication
    if (authentication !== undefined && passwordMatches(authentication, asked.password)) return
    const why = 'Authentication failed: password is incorrect, or there is no user with such name'
    throw new ServerError(516, 'AUTHENTICATION_FAILED', `${asked.user}: ${why}`)
  }

  #refuse(response: ServerResponse, error: ServerError): void {
    if (response.destroyed || response.headersSent) return void response.destroy()
    response
      .writeHead(httpStatusOf(error.code), {
        'Content-Type': 'text/plain; charset=UTF-8',
        'X-ClickHouse-Exception-Code': String(error.code),
      })
      .end(describeServerError(error, this.#options.version()))
  }

  #note(asked: ClickHouseRequest, code: number): void {
    const { user, sql, queryId, waitEndOfQuery } = asked
    const settings = Object.fromEntries(asked.settings)
    this.#options.record({
      user,
      verb: readStatement(sql).verb,
      sql,
      queryId,
      waitEndOfQuery,
      settings,
      code,
    })
  }
}

function isGreeting(request: IncomingMessage, url: URL): boolean {
  return request.method === 'GET' && !url.searchParams.has('query')
}

function notFound(url: URL): string {
  return `There is no handle ${url.pathname}\n\nUse / or /ping for health checks.\nOr /replicas_status for more sophisticated health checks.\n`
}

function answer(response: ServerResponse, asked: ClickHouseRequest, result: EngineResult): void {
  const format = splitFormat(readStatement(asked.sql)).format ?? asked.defaultFormat
  const json = format.startsWith('JSON') ? 'application/json; charset=UTF-8' : undefined
  const summary = {
    read_rows: String(result.rowsRead),
    read_bytes: String(result.bytesRead),
    written_rows: '0',
    written_bytes: '0',
    total_rows_to_read: '0',
    result_rows: '0',
    result_bytes: String(result.body.byteLength),
    elapsed_ns: String(Math.round(result.seconds * 1e9)),
  }
  response
    .writeHead(200, {
      'Content-Type': json ?? contentTypes[format] ?? 'text/plain; charset=UTF-8',
      'X-ClickHouse-Format': format,
      'X-ClickHouse-Summary': JSON.stringify(summary),
    })
    .end(result.body)
}
