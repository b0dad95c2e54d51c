import { CodedError } from '../core/errors.ts'
import { toRun } from './printed-sql.ts'
import type { RefusedStatement, StatementKind } from './statements.ts'

export type ClickHouseErrorCode =
  | 'databaseExists'
  | 'databaseMissing'
  | 'tableMissing'
  | 'readerMissing'
  | 'readerExists'
  | 'accessStorageReadOnly'
  | 'missingPrivileges'
  | 'settingRefused'
  | 'authenticationFailed'
  | 'timeout'
  | 'busy'
  | 'unreachable'
  | 'tlsFailed'
  /** Several servers answer at one endpoint. */
  | 'severalServers'
  /** Another server answers than before, and may yet be one of several. */
  | 'serverChanged'
  /** Two endpoints lead to one server. */
  | 'sameServer'
  /** The server is older than what is supported. */
  | 'serverTooOld'
  /** A statement was answered by another server than the one that was looked at. */
  | 'otherServer'
  | 'tableTooBig'
  | 'tableInUse'
  | 'answerTooBig'
  | 'syntax'
  | 'aborted'
  | 'other'

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

const retryableCodes: ReadonlySet<ClickHouseErrorCode> = new Set([
  'timeout',
  'busy',
  'unreachable',
  'tlsFailed',
  'tableInUse',
])

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

interface Meaning {
  readonly code: ClickHouseErrorCode
  readonly uncertain?: true
}

const meanings: ReadonlyMap<number, Meaning> = new Map([
  [82, { code: 'databaseExists' }],
  [81, { code: 'databaseMissing' }],
  [60, { code: 'tableMissing' }],
  [218, { code: 'tableMissing' }],
  [192, { code: 'readerMissing' }],
  [511, { code: 'readerMissing' }],
  [493, { code: 'readerExists' }],
  [495, { code: 'accessStorageReadOnly' }],
  [514, { code: 'accessStorageReadOnly' }],
  [497, { code: 'missingPrivileges' }],
  [164, { code: 'settingRefused' }],
  [452, { code: 'settingRefused' }],
  [516, { code: 'authenticationFailed' }],
  [193, { code: 'authenticationFailed' }],
  [194, { code: 'authenticationFailed' }],
  [159, { code: 'timeout', uncertain: true }],
  [394, { code: 'timeout', uncertain: true }],
  [202, { code: 'busy' }],
  [241, { code: 'busy', uncertain: true }],
  [242, { code: 'busy' }],
  [225, { code: 'busy' }],
  [999, { code: 'busy', uncertain: true }],
  [209, { code: 'busy', uncertain: true }],
  [210, { code: 'busy', uncertain: true }],
  [236, { code: 'busy', uncertain: true }],
  [473, { code: 'busy' }],
  [359, { code: 'tableTooBig' }],
  [630, { code: 'tableInUse' }],
  [396, { code: 'answerTooBig' }],
  [62, { code: 'syntax' }],
] satisfies [number, Meaning][])

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

const advice: Readonly<Partial<Record<ClickHouseErrorCode, string>>> = {
  databaseExists: 'a database of this name exists already',
  databaseMissing: 'there is no database of this name',
  tableMissing: 'there is no table of this name',
  readerMissing: 'there is no such user or role',
  readerExists: 'a user of this name exists already',
  accessStorageReadOnly:
    'users cannot be changed with SQL there: the user is defined in a file, or no access storage is writable',
  settingRefused: 'the user’s profile does not allow these settings',
  authenticationFailed: 'the user name or the password is wrong',
  timeout: 'no answer in time; whether it was done is not known yet',
  busy: 'the server is busy or its Keeper is away; trying again',
  tableTooBig: 'a table is larger than max_table_size_to_drop',
  tableInUse: 'something else depends on it; drop or change that first',
  answerTooBig: 'the answer is larger than this operator accepts',
  syntax: 'the server does not understand the statement: it is too old, or this is a bug',
}

/** Turns an answer of the server, by its number, into an error with our own words. */
export function fromServer(
  serverCode: number,
  type: string | undefined,
  context: StatementContext,
): ClickHouseError {
  const meaning = meanings.get(serverCode) ?? { code: 'other' as const }
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
      uncertain: context.write && 'uncertain' in meaning,
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
  return advice[code] ?? 'the server refused'
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
