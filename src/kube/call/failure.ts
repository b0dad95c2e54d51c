/** What to make of a call that did not succeed: which error it is, and whether it may be sent again. */
import type { Random } from '../../core/random.ts'
import type { Call } from './call.ts'
import { errorOfAnswer, KubeError } from '../errors.ts'
import { asError, LostAnswer, type Answer } from './exchange.ts'

/** A wait longer than this is the work queue's business, not that of a call that holds a worker. */
const longestWaitMs = 5_000

/** A connection that failed for one of these may well be made a moment later. */
const passingErrors = new Set(['ECONNREFUSED', 'ECONNRESET', 'EPIPE', 'EAI_AGAIN', 'UND_ERR_SOCKET'])

export function errorOf(answer: Answer, call: Call): KubeError {
  const retryAfterMs = parseRetryAfter(answer.headers['retry-after'])
  return errorOfAnswer(answer.status, answer.body, { write: call.method !== 'GET', retryAfterMs })
}

/** Kubernetes sends whole seconds. Zero is a real answer too: at once, but not in a tight loop. */
function parseRetryAfter(value: string | string[] | undefined): number | undefined {
  if (typeof value !== 'string' || !/^[0-9]{1,6}$/.test(value)) return undefined
  return Number(value) * 1000
}

/** Milliseconds to wait before the same call may be sent again, or undefined when that is not safe or useful. */
export function waitBeforeRetry(
  error: unknown,
  call: Call,
  attempt: number,
  random: Random,
): number | undefined {
  const backoffMs = 100 * 2 ** attempt * (0.5 + random() / 2)
  if (error instanceof KubeError) {
    const invited = error.status === 429 || error.status === 503
    if (!invited || error.retryAfterMs === undefined || error.retryAfterMs > longestWaitMs) return undefined
    return Math.max(backoffMs, error.retryAfterMs * (1 + random() / 10))
  }
  if (!(error instanceof LostAnswer) || !passingErrors.has(codeOf(error.cause))) return undefined
  // A kept-alive connection may be closed under a request: a read may be repeated, once.
  const harmless = !error.sent || (call.method === 'GET' && attempt === 1)
  return harmless ? backoffMs : undefined
}

export function toKubeError(error: unknown, call: Call): KubeError {
  if (error instanceof KubeError) return error
  const lost = error instanceof LostAnswer ? error : undefined
  const cause = lost?.cause ?? error
  const uncertain = call.method !== 'GET' && lost?.sent === true
  const message = `the API server could not be reached: ${describe(cause)}`
  return new KubeError('unavailable', message, { cause: asError(cause), retryable: true, uncertain })
}

/** Node's and undici's messages name addresses and files, never headers. Some have no message but a code. */
function describe(cause: unknown): string {
  const message = asError(cause).message.slice(0, 500)
  return message === '' ? codeOf(cause) : message
}

function codeOf(cause: unknown): string {
  const code = (cause as { code?: unknown } | undefined)?.code
  return typeof code === 'string' ? code : 'unknown'
}
