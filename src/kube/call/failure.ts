/** Calls that failed: which error it is, and whether the call may be sent again. */
import type { Random } from '../../core/random.ts'
import { KubeconfigError } from '../access/kubeconfig-error.ts'
import type { Call } from './call.ts'
import { errorOfAnswer, KubeError } from '../errors.ts'
import { AnswerTooLarge, asError, LostAnswer, type Answer } from './exchange.ts'

/** A call holds a worker, so longer waits are left to the work queue. */
const longestWaitMs = 5_000

/** Errors of connections that may well succeed a moment later. */
const passingErrors = new Set(['ECONNREFUSED', 'ECONNRESET', 'EPIPE', 'EAI_AGAIN', 'UND_ERR_SOCKET'])

export function errorOf(answer: Answer, call: Call): KubeError {
  const retryAfterMs = parseRetryAfter(answer.headers['retry-after'])
  return errorOfAnswer(answer.status, answer.body, { write: call.method !== 'GET', retryAfterMs })
}

/** Kubernetes sends whole seconds. Zero means at once, though not in a tight loop. */
function parseRetryAfter(value: string | string[] | undefined): number | undefined {
  if (typeof value !== 'string' || !/^[0-9]{1,6}$/.test(value)) return undefined
  return Number(value) * 1000
}

/** Milliseconds to wait before the same call is sent again. Undefined if that is not safe or not useful. */
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
  // The server may close a kept-alive connection just when a request is sent. A read is then repeated, once.
  const harmless = !error.sent || (call.method === 'GET' && attempt === 1)
  return harmless ? backoffMs : undefined
}

export function toKubeError(error: unknown, call: Call): KubeError {
  if (error instanceof KubeError) return error
  const lost = error instanceof LostAnswer ? error : undefined
  const cause = lost?.cause ?? error
  if (cause instanceof AnswerTooLarge) return new KubeError('answerTooLarge', cause.message)
  if (cause instanceof KubeconfigError)
    return new KubeError('unavailable', cause.message, { cause, retryable: true })
  const uncertain = call.method !== 'GET' && lost?.sent === true
  const message = `the API server could not be reached: ${describe(cause)}`
  return new KubeError('unavailable', message, { cause: asError(cause), retryable: true, uncertain })
}

/** Messages of Node and undici name addresses and files, never headers. Some errors have a code and no message. */
function describe(cause: unknown): string {
  const message = asError(cause).message.slice(0, 500)
  return message === '' ? codeOf(cause) : message
}

function codeOf(cause: unknown): string {
  const code = (cause as { code?: unknown } | undefined)?.code
  return typeof code === 'string' ? code : 'unknown'
}
