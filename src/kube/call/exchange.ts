import type { Dispatcher } from 'undici'

/** One HTTP request. */
export interface ExchangeRequest {
  readonly origin: string
  readonly path: string
  readonly method: string
  readonly headers: Readonly<Record<string, string | string[]>>
  readonly body: string | undefined
  /** A longer answer is not read. */
  readonly mostBytes: number
  /** Asked right before the first byte leaves: a call may have waited for a connection. */
  readonly isAllowed?: () => boolean
}

export interface Answer {
  readonly status: number
  readonly headers: Readonly<Record<string, string | string[] | undefined>>
  readonly body: string
}

/** Why there is no complete answer. `sent` is false only when not one byte of the request left. */
export class LostAnswer extends Error {
  readonly sent: boolean
  /** Whether the answer's first line came. The request was then surely received. */
  readonly answered: boolean

  constructor(cause: Error, at: { readonly sent: boolean; readonly answered: boolean }) {
    super(cause.message, { cause })
    this.name = 'LostAnswer'
    this.sent = at.sent
    this.answered = at.answered
  }
}

/** The answer is larger than is accepted. */
export class AnswerTooLarge extends Error {
  constructor(mostBytes: number) {
    super(`the answer is larger than ${mostBytes} bytes`)
  }
}

/**
 * Sends one request and collects its answer. It uses undici's handler interface, not `request()`, for two reasons. Only
 * the former says whether a failed request was sent, and so whether a write may be repeated. And only there an abort
 * works from the first moment, also while a connection is being made.
 *
 * @throws LostAnswer when there is no complete answer, also after an abort
 */
export function exchange(
  dispatcher: Dispatcher,
  request: ExchangeRequest,
  signal: AbortSignal,
): Promise<Answer> {
  return new Promise((resolve, reject) => {
    let sent = false
    let status = 0
    let headers: Answer['headers'] = {}
    let controller: Dispatcher.DispatchController | undefined
    const chunks: Buffer[] = []
    let length = 0

    const settle = (): void => signal.removeEventListener('abort', onAbort)
    const fail = (error: Error): void => {
      settle()
      reject(new LostAnswer(error, { sent, answered: status !== 0 }))
    }
    const onAbort = (): void => {
      const reason = asError(signal.reason)
      controller?.abort(reason)
      fail(reason)
    }
    if (signal.aborted) return onAbort()
    signal.addEventListener('abort', onAbort, { once: true })

    dispatcher.dispatch(dispatchOptions(request), {
      onRequestStart(started) {
        if (signal.aborted) return started.abort(asError(signal.reason))
        if (request.isAllowed?.() === false) return started.abort(new Error('it may not be sent any more'))
        controller = started
        sent = true
      },
      onResponseStart(_, statusCode, answered) {
        status = statusCode
        headers = answered
      },
      onResponseData(receiving, chunk) {
        length += chunk.length
        if (length > request.mostBytes) receiving.abort(new AnswerTooLarge(request.mostBytes))
        else chunks.push(chunk)
      },
      onResponseEnd() {
        settle()
        resolve({ status, headers, body: textOf(chunks) })
      },
      onResponseError(_, error) {
        fail(error)
      },
    })
  })
}

function dispatchOptions(request: ExchangeRequest): Dispatcher.DispatchOptions {
  return {
    origin: request.origin,
    path: request.path,
    method: request.method,
    headers: request.headers,
    body: request.body ?? null,
  }
}

function textOf(chunks: readonly Buffer[]): string {
  const [only] = chunks
  return (chunks.length === 1 && only ? only : Buffer.concat(chunks)).toString('utf8')
}

export function asError(reason: unknown): Error {
  return reason instanceof Error ? reason : new Error(String(reason))
}
