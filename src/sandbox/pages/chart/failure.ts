/** Judges an answer that has no chart in it. Pure. */

export type FailureKind =
  | 'no-token'
  | 'two-tokens'
  | 'other-platform'
  | 'expired'
  | 'refused'
  | 'not-found'
  | 'outdated'
  | 'too-large'
  | 'unreadable'
  | 'source'
  | 'network'
  | 'other'

export interface Failure {
  readonly kind: FailureKind
  /** What the server says of it, for whoever looks into it. */
  readonly detail?: string | undefined
}

/** What may pass by itself, so that it is worth asking again. The rest takes another token or another embed. */
const passing: ReadonlySet<FailureKind> = new Set(['unreadable', 'source', 'network', 'other'])

export function mayPass({ kind }: Failure): boolean {
  return passing.has(kind)
}

/** Milliseconds until the request after so many failed ones. */
export function retryAfterMs(failures: number): number {
  return Math.min(2000 * 2 ** (failures - 1), 30_000)
}

interface ErrorBody {
  readonly code?: unknown
  readonly message?: unknown
  readonly details?: { readonly code?: unknown }
  readonly error?: { readonly code?: unknown; readonly details?: { readonly code?: unknown } }
}

/** @param expired whether the token's own time is over, which DataLens does not tell */
export function failureOf(status: number, body: unknown, expired: boolean): Failure {
  const code = codeOf(body)
  return { kind: kindOf(status, code, expired), detail: messageOf(body) ?? code ?? `HTTP ${status}` }
}

function kindOf(status: number, code: string | undefined, expired: boolean): FailureKind {
  if (code === 'ERR.CHARTS.OUTDATED_DEPENDENCIES') return 'outdated'
  if (status === 404) return 'not-found'
  if (status === 413) return 'too-large'
  if (status === 502 || status === 503 || status === 504) return 'source'
  if (status < 400 || status >= 500) return 'other'
  if (expired) return 'expired'
  // What the charts API refuses by itself has a code of its own; a 400 that it hands on is about data.
  return status === 400 && !code?.startsWith('ERR.CHARTS.') ? 'unreadable' : 'refused'
}

/** The innermost code says most; one that only repeats the status says nothing. */
function codeOf(body: unknown): string | undefined {
  const { code, details, error } = (body ?? {}) as ErrorBody
  return [error?.details?.code, details?.code, error?.code, code].find(found => typeof found === 'string')
}

function messageOf(body: unknown): string | undefined {
  const { message } = (body ?? {}) as ErrorBody
  return typeof message === 'string' && message !== '' ? message : undefined
}
