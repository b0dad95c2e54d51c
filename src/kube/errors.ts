import { CodedError, type CodedErrorOptions } from '../core/errors.ts'

/**
 * What went wrong with a call to the API server, as far as a caller can act on it.
 *
 * - `invalid`: a refusal of the request itself (400, 405, 413, 415, 422; a 500 for an object too large to be stored)
 * - `gone`: the server no longer has this resourceVersion or page
 * - `answerTooLarge`: more than this process takes at once; ask for less
 * - `unavailable`: the network, a time-out or a 5xx
 */
export type KubeErrorCode =
  | 'notFound'
  | 'alreadyExists'
  | 'conflict'
  | 'gone'
  | 'invalid'
  | 'forbidden'
  | 'unauthorized'
  | 'throttled'
  | 'unavailable'
  | 'answerTooLarge'

/** What the server says the error is about: `Status.details`. `kind` is a plural such as `secrets`. */
export interface StatusDetails {
  readonly name?: string
  readonly kind?: string
  readonly uid?: string
  readonly group?: string
}

export interface KubeErrorOptions extends CodedErrorOptions {
  readonly status?: number
  readonly reason?: string
  readonly details?: StatusDetails
  readonly uncertain?: boolean
}

export class KubeError extends CodedError<KubeErrorCode> {
  /** HTTP status, absent when no answer came. */
  readonly status: number | undefined
  /** The server's machine-readable reason, such as `AlreadyExists`. */
  readonly reason: string | undefined
  readonly details: StatusDetails
  /** True for a write that the server may have carried out all the same. */
  readonly uncertain: boolean

  constructor(code: KubeErrorCode, message: string, options: KubeErrorOptions = {}) {
    super(code, message, options)
    this.status = options.status
    this.reason = options.reason
    this.details = options.details ?? {}
    this.uncertain = options.uncertain ?? false
  }
}

export function isKubeError(error: unknown, code: KubeErrorCode): error is KubeError {
  return error instanceof KubeError && error.code === code
}

/** A 404 of any kind: the object, its namespace, or its whole type. See `isObjectMissing`. */
export function isNotFound(error: unknown): error is KubeError {
  return isKubeError(error, 'notFound')
}

/**
 * True only when the object itself does not exist. A missing type (its CRD was deleted) and a missing namespace give a
 * 404, too, and must never pass for an object that was deleted. What the answer names tells them apart: for a missing
 * type nothing, for a missing namespace the namespace.
 *
 * @param plural the resource's plural. Without it, an object with the same name as its missing namespace is misjudged
 */
export function isObjectMissing(error: unknown, name: string, plural?: string): boolean {
  if (!isNotFound(error) || error.details.name !== name) return false
  return plural === undefined || error.details.kind === plural
}

/** True when the object is larger than the server takes or stores. Nothing was written, and nothing ever will be. */
export function isObjectTooLarge(error: unknown): boolean {
  return isKubeError(error, 'invalid') && error.reason === tooLargeReason
}

const tooLargeReason = 'RequestEntityTooLarge'

/** etcd's limit is met only behind the API server, which passes it on as a 500 of its own. Only the words tell. */
const storageLimit = /etcdserver: request is too large|trying to send message larger than max/

function isTooLarge(status: number, message: unknown): boolean {
  return status === 413 || (status >= 500 && typeof message === 'string' && storageLimit.test(message))
}

interface RawStatus {
  readonly kind?: unknown
  readonly message?: unknown
  readonly reason?: unknown
  readonly code?: unknown
  readonly details?: unknown
}

/** Longer messages, of objects with very many faults, would fill logs and conditions. */
const longestMessage = 2000

/** The error of an answered request. Never quotes headers, nor a body that is not a Kubernetes Status. */
export function errorOfAnswer(
  status: number,
  body: string,
  options: { readonly write: boolean; readonly retryAfterMs?: number | undefined },
): KubeError {
  return errorOfStatus(parseStatus(body), { ...options, status })
}

/** The error of a watch's `ERROR` event, which carries a Status in place of an object. */
export function errorOfWatchEvent(object: unknown): KubeError {
  const raw = isRecord(object) ? (object as RawStatus) : {}
  const status = typeof raw.code === 'number' ? raw.code : 500
  return errorOfStatus(raw, { write: false, retryAfterMs: undefined, status })
}

function errorOfStatus(
  raw: RawStatus,
  answer: {
    readonly write: boolean
    readonly retryAfterMs?: number | undefined
    readonly status: number
  },
): KubeError {
  const tooLarge = isTooLarge(answer.status, raw.message)
  const reason = tooLarge ? tooLargeReason : typeof raw.reason === 'string' ? raw.reason : undefined
  const code = tooLarge ? 'invalid' : codeOfAnswer(answer.status, reason)
  const text = typeof raw.message === 'string' && raw.message !== '' ? raw.message : undefined
  const retryAfterMs = answer.retryAfterMs ?? retryAfterOf(raw.details)
  const isAsked = answer.status === 503 && retryAfterMs !== undefined
  const unsure = answer.status >= 500 && !tooLarge && !isAsked
  return new KubeError(code, (text ?? `the API server answered ${answer.status}`).slice(0, longestMessage), {
    status: answer.status,
    ...(reason === undefined ? {} : { reason }),
    details: detailsOf(raw.details),
    retryable: code === 'throttled' || code === 'unavailable' || code === 'unauthorized' || code === 'gone',
    retryAfterMs,
    uncertain: answer.write && unsure,
  })
}

function codeOfAnswer(status: number, reason: string | undefined): KubeErrorCode {
  switch (status) {
    case 401:
      return 'unauthorized'
    case 403:
      return 'forbidden'
    case 404:
      return 'notFound'
    case 409:
      return reason === 'AlreadyExists' ? 'alreadyExists' : 'conflict'
    case 410:
      return 'gone'
    case 429:
      return 'throttled'
    default:
      return status >= 400 && status < 500 ? 'invalid' : 'unavailable'
  }
}

function parseStatus(body: string): RawStatus {
  try {
    const parsed: unknown = JSON.parse(body)
    return isRecord(parsed) && parsed['kind'] === 'Status' ? parsed : {}
  } catch {
    return {}
  }
}

function detailsOf(raw: unknown): StatusDetails {
  if (!isRecord(raw)) return {}
  const details: Record<string, string> = {}
  for (const field of ['name', 'kind', 'uid', 'group']) {
    const value = raw[field]
    if (typeof value === 'string' && value !== '') details[field] = value
  }
  return details
}

function retryAfterOf(details: unknown): number | undefined {
  const seconds = isRecord(details) ? details['retryAfterSeconds'] : undefined
  return typeof seconds === 'number' && seconds > 0 ? seconds * 1000 : undefined
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null
}
