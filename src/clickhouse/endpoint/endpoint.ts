import { randomUUID } from 'node:crypto'
import { linkedAbort } from '../../core/abort.ts'
import type { Clock } from '../../core/clock.ts'
import { noFence, type Fence } from '../../core/fence.ts'
import {
  abortedWhile,
  answeredByAnother,
  ClickHouseError,
  timedOut,
  type StatementContext,
} from '../errors.ts'
import { noClickHouseMetrics, type ClickHouseMetrics } from '../metrics.ts'
import { quoteIdentifier } from '../quote.ts'
import type { Statement } from '../statements.ts'
import { AnswerTooBig, readRows, readStart, type Row } from './answer.ts'
import { AnswerBudget, type AnswerLease, type AnswerShare } from './answer-budget.ts'
import { Explainer } from './cause/explain.ts'
import { inSession, type Session } from './session.ts'
import { AnotherServer, Sender, type Credentials, type SenderOptions, type ServerRequest } from './sender.ts'

export interface Timeouts {
  /** For one statement that reads or changes something, in milliseconds. */
  readonly statementMs: number
  /** For the probe of an endpoint that was down, in milliseconds. */
  readonly probeMs: number
}

export const defaultTimeouts: Timeouts = { statementMs: 15_000, probeMs: 3_000 }

export interface EndpointOptions {
  readonly url: string
  readonly credentials: Credentials
  /** The authorities to trust, PEM. Default: the system's. */
  readonly ca?: string | undefined
  readonly lookup?: SenderOptions['lookup']
  readonly clock: Clock
  readonly timeouts?: Timeouts
  readonly metrics?: ClickHouseMetrics
  /** What answers count against. Default: one of its own. */
  readonly answers?: AnswerShare | undefined
  /** Asked before each statement, also before one that only reads. */
  readonly fence?: Fence | undefined
  readonly onCertificate?: SenderOptions['onCertificate']
  /** Called before a statement that changes something is sent. */
  readonly onWrite?: (() => void) | undefined
}

/** Settings of one request, with values as ClickHouse takes them in a URL. Never a secret. */
export type Settings = Readonly<Record<string, string | number>>

export interface RequestOptions {
  readonly timeoutMs?: number
  readonly settings?: Settings
  /** Counts the answer, which is kept. Default: it is counted until it was read. */
  readonly lease?: AnswerLease
  /** A larger answer is an error `answerTooBig`: for what is held after it was read, and counted by nobody. */
  readonly mostBytes?: number
  /** Is given each row as it comes, and none is in the result then. Default: all are in the result. */
  readonly onRow?: (row: Row) => void
  /** Runs it in this session, which one statement at a time may use. Default: in one of its own. */
  readonly session?: Session | undefined
  /** Whether a failure is an answer to what was asked, such as a refusal that was wished for: it counts as `ok`. */
  readonly isAnswer?: (failure: ClickHouseError) => boolean
  /** Is told the display name of the server that answered. Then any server may. Default: only the expected one. */
  readonly onServer?: (name: string) => void
}

/** For an endpoint alone. */
const ownBytes = 64 * 1024 * 1024

type Frame = Omit<ServerRequest, 'query'>

/**
 * One replica's HTTP interface under one user. Every answer is waited for in full (`wait_end_of_query`), as an error
 * after the status line would otherwise pass for success. Throws ClickHouseError and nothing else.
 */
export class Endpoint {
  readonly url: string
  readonly host: string
  readonly #sender: Sender
  readonly username: string
  readonly #clock: Clock
  readonly #timeouts: Timeouts
  readonly #metrics: ClickHouseMetrics
  readonly #explainer: Explainer
  readonly #answers: AnswerShare
  readonly #fence: Fence
  readonly #onWrite: (() => void) | undefined

  constructor(options: EndpointOptions) {
    this.url = options.url
    this.host = new URL(options.url).host
    this.#explainer = new Explainer(options)
    this.username = options.credentials.username
    this.#clock = options.clock
    this.#timeouts = options.timeouts ?? defaultTimeouts
    this.#metrics = options.metrics ?? noClickHouseMetrics
    this.#answers = options.answers ?? new AnswerBudget(ownBytes).share('')
    this.#fence = options.fence ?? noFence
    this.#onWrite = options.onWrite
    this.#sender = new Sender({ ...options, fence: this.#fence })
  }

  /**
   * From now on, an answer of a server with another display name is an error `otherServer`. Behind one address there
   * may be several, and what one of them does is none of the other's. Undefined: any may answer.
   */
  expectServer(name: string | undefined): void {
    this.#sender.expect(name)
  }

  /** Runs a statement that answers nothing. */
  async run(statement: Statement, signal: AbortSignal, options: RequestOptions = {}): Promise<void> {
    await this.#request(statement, signal, options, async request => {
      await readStart(await this.#sender.send({ ...request, query: statement.sql }, options))
    })
  }

  /** Reads the answer to a statement that takes no FORMAT clause, one row a line. */
  async plainRows(statement: Statement, signal: AbortSignal, options: RequestOptions = {}): Promise<Row[]> {
    const settings = { ...options.settings, default_format: 'JSONCompactEachRow' }
    return await this.#read(statement.sql, statement, signal, { ...options, settings })
  }

  /** Reads rows, each an array of cells in the order of the SELECT. */
  async rows(statement: Statement, signal: AbortSignal, options: RequestOptions = {}): Promise<Row[]> {
    return await this.#read(`${statement.sql} FORMAT JSONCompactEachRow`, statement, signal, options)
  }

  /** For `RequestOptions.lease`: counts what is kept of several answers. The caller closes it. */
  lease(): AnswerLease {
    return this.#answers.lease()
  }

  /** What is under way fails. */
  async close(): Promise<void> {
    this.#explainer.close()
    this.#sender.close()
  }

  async #read(
    sql: string,
    statement: Statement,
    signal: AbortSignal,
    options: RequestOptions,
  ): Promise<Row[]> {
    const lease = options.lease ?? this.#answers.lease()
    try {
      return await this.#request(statement, signal, options, async request => {
        const answer = await this.#sender.send(
          { ...request, query: sql },
          { onServer: options.onServer, hasRows: true },
        )
        const rows: Row[] = []
        const onRow = options.onRow ?? ((row: Row) => void rows.push(row))
        await readRows(answer, { lease, most: options.mostBytes, onRow }).catch((error: unknown) => {
          throw error instanceof AnswerTooBig ? tooBig(this.#context(statement)) : error
        })
        return rows
      })
    } finally {
      if (options.lease === undefined) lease.close()
    }
  }

  async #request<T>(
    statement: Statement,
    signal: AbortSignal,
    options: RequestOptions,
    send: (request: Frame) => Promise<T>,
  ): Promise<T> {
    const context = this.#context(statement)
    if (signal.aborted) throw this.#ended(statement, 0, abortedWhile(context, false))
    const allowedMs = await this.#fence.allow(signal).catch((error: unknown) => {
      throw this.#ended(statement, 0, abortedWhile(context, false, error))
    })
    const timeoutMs = Math.min(options.timeoutMs ?? this.#timeouts.statementMs, allowedMs)
    const started = this.#clock.monotonic()
    const { own, unlink } = linkedAbort(signal)
    let expired = false
    const cancelTimer = this.#clock.after(timeoutMs, () => {
      expired = true
      own.abort()
    })
    try {
      if (statement.write) this.#onWrite?.()
      const parameters = { query_id: randomUUID(), ...inSession(options) }
      const result = await send({ parameters, signal: own.signal })
      this.#explainer.answered()
      this.#metrics.statement(statement.kind, 'ok', this.#clock.monotonic() - started)
      return result
    } catch (error) {
      const failure = expired
        ? timedOut(context, timeoutMs)
        : signal.aborted || !this.#fence.isOpen
          ? abortedWhile(context, true)
          : error instanceof AnotherServer
            ? answeredByAnother(context)
            : await this.#explainer.explain(error, context, own.signal)
      const ms = this.#clock.monotonic() - started
      if (options.isAnswer?.(failure) !== true) throw this.#ended(statement, ms, failure)
      this.#metrics.statement(statement.kind, 'ok', ms)
      throw failure
    } finally {
      cancelTimer()
      unlink()
    }
  }

  #ended(statement: Statement, ms: number, failure: ClickHouseError): ClickHouseError {
    this.#metrics.statement(statement.kind, failure.code, ms)
    return failure
  }

  #context(statement: Statement): StatementContext {
    const { needs } = statement
    const option = needs?.grantOption === true ? ' WITH GRANT OPTION' : ''
    const grant = needs && `GRANT ${needs.right} TO ${quoteIdentifier(this.username)}${option}`
    return { kind: statement.kind, what: statement.what, host: this.host, write: statement.write, grant }
  }
}

function tooBig(context: StatementContext): ClickHouseError {
  return new ClickHouseError(
    'answerTooBig',
    `${context.host}: cannot ${context.what}: the answer is larger than there is room for here`,
  )
}
