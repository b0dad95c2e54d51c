import { CodedError } from '../core/errors.ts'
import { adviceOn, type ClickHouseErrorCode, meaningOf, retryableCodes } from './error-codes.ts'
import { toRun } from './printed-sql.ts'
import type { RefusedStatement, StatementKind } from './statements.ts'

export interface ClickHouseErrorOptions {
  /** True when the statement may have been carried out all the same: look before deciding anything. */
  readonly uncertain?: boolean
  /** ClickHouse's number of the error. Absent when no server answered. */
  readonly serverCode?: number | undefined
  readonly retryAfterMs?: number | undefined
  /** Node's code for what the network did, such as `ECONNREFUSED`. Absent when that is not known, or does not matter. */
  readonly network?: string | undefined
  /** Absent when no server answered. */
  readonly refused?: RefusedStatement
}

/**
 * What went wrong between us and a ClickHouse. The message is ours: short, and fit for a status. The server's own text
 * may quote a password's hash or what a tenant wrote, so it is neither there nor in a `cause`.
 */
export class ClickHouseError extends CodedError<ClickHouseErrorCode> {
  readonly uncertain: boolean
  readonly serverCode: number | undefined
  readonly network: string | undefined
  readonly refused: RefusedStatement | undefined

  constructor(code: ClickHouseErrorCode, message: string, options: ClickHouseErrorOptions = {}) {
    super(code, message, { retryable: retryableCodes.has(code), retryAfterMs: options.retryAfterMs })
    this.uncertain = options.uncertain ?? false
    this.serverCode = options.serverCode
    this.network = options.network
    this.refused = options.refused
  }
}

/** What a statement is, for the sentence that a person reads. */
export interface StatementContext {
  readonly kind: StatementKind
  /** In words, e.g. `create the database client_1`. */
  readonly what: string
  /** The endpoint's host and port. */
  readonly host: string
  /** True when the statement changes something, so that a lost answer leaves a doubt. */
  readonly write: boolean
  /** The GRANT that allows the statement, complete, e.g. `GRANT CREATE DATABASE ON client_1.* TO operator`. */
  readonly grant?: string | undefined
}

/** Turns an answer of the server, by its number, into an error with our own words. */
export function fromServer(
  serverCode: number,
  type: string | undefined,
  context: StatementContext,
): ClickHouseError {
  const meaning = meaningOf(serverCode)
  const head =
    meaning.code === 'authenticationFailed' ? context.host : `${context.host}: cannot ${context.what}`
  // An error that we have no words for gets the server's name, if that looks like a name.
  const symbol = type !== undefined && /^[A-Z0-9_]{3,64}$/.test(type) ? type : undefined
  const name = meaning.code === 'other' && symbol !== undefined ? ` ${symbol}` : ''
  return new ClickHouseError(
    meaning.code,
    `${head}: ${explain(meaning.code, context)} (code ${serverCode}${name})`,
    {
      serverCode,
      uncertain: context.write && meaning.uncertain === true,
      refused: { statement: context.kind, host: context.host, code: serverCode, symbol },
    },
  )
}

function explain(code: ClickHouseErrorCode, context: StatementContext): string {
  if (code === 'missingPrivileges') {
    return context.grant === undefined
      ? 'a privilege is missing'
      : `a privilege is missing; run: ${toRun(context.grant)}`
  }
  return adviceOn[code] ?? 'the server refused'
}

/** Errors of Node's network layer that arise before a byte of the request was sent. */
const neverSent: ReadonlySet<string> = new Set([
  'ECONNREFUSED',
  'ENOTFOUND',
  'EAI_AGAIN',
  'EHOSTUNREACH',
  'ENETUNREACH',
  'EADDRNOTAVAIL',
])

const tlsCode =
  /^(ERR_TLS_|ERR_SSL_|CERT_|CRL_|UNABLE_TO_|SELF_SIGNED_|DEPTH_ZERO_|HOSTNAME_MISMATCH|INVALID_|PATH_LENGTH_|(EE|CA)_(KEY|MD)_TOO_|EPROTO)/

/** Node's code of an error, if it looks like one. */
export function networkCode(error: unknown): string | undefined {
  const code = (error as { code?: unknown } | null)?.code
  return typeof code === 'string' && /^[A-Z0-9_]{1,64}$/.test(code) ? code : undefined
}

/**
 * Turns a failure of the network, or of a proxy in between, into an error with our own words. The message does not
 * depend on the statement that met it, so that a status which quotes it stays the same for as long as it lasts.
 */
export function fromNetwork(error: unknown, context: StatementContext): ClickHouseError {
  const name = networkCode(error)
  if (name !== undefined && tlsCode.test(name)) {
    return new ClickHouseError('tlsFailed', `${context.host}: the TLS connection failed (${name})`)
  }
  const uncertain = context.write && !(name !== undefined && neverSent.has(name))
  const detail = name === undefined ? 'gave no usable answer' : `cannot be reached (${name})`
  return new ClickHouseError('unreachable', `${context.host} ${detail}`, { uncertain, network: name })
}

/** A write may have been carried out there. Where it should be, it was not. */
export function answeredByAnother(context: StatementContext): ClickHouseError {
  const message = `${context.host}: cannot ${context.what}: another server answered than the one that was looked at`
  return new ClickHouseError('otherServer', message, { uncertain: context.write })
}

export function timedOut(context: StatementContext, timeoutMs: number): ClickHouseError {
  const message = `${context.host} did not answer within ${timeoutMs / 1000} s`
  return new ClickHouseError('timeout', message, { uncertain: context.write })
}

/** @param sent whether the request was on its way when it was given up @param why a CodedError in our own words */
export function abortedWhile(context: StatementContext, sent: boolean, why?: unknown): ClickHouseError {
  const because = why instanceof CodedError ? `: ${why.message}` : ''
  return new ClickHouseError('aborted', `${context.host}: gave up trying to ${context.what}${because}`, {
    uncertain: sent && context.write,
  })
}
