/** What every error of this project carries besides its message. */
export interface CodedErrorOptions {
  readonly cause?: unknown
  /** True when the same call may succeed later without anybody changing anything. */
  readonly retryable?: boolean
  /** When the other side asks to be tried again, in milliseconds. */
  readonly retryAfterMs?: number | undefined
}

/**
 * An error with a stable code. Callers decide by `code` and `retryable`. The message is for people alone, and never
 * holds a secret.
 */
export class CodedError<Code extends string = string> extends Error {
  readonly code: Code
  readonly retryable: boolean
  readonly retryAfterMs: number | undefined

  constructor(code: Code, message: string, options: CodedErrorOptions = {}) {
    super(message, options.cause === undefined ? undefined : { cause: options.cause })
    this.name = new.target.name
    this.code = code
    this.retryable = options.retryable ?? false
    this.retryAfterMs = options.retryAfterMs
  }
}

/** The code of any thrown value, as a metric's label. `unknown` where it has none. */
export function codeOf(error: unknown): string {
  if (error instanceof CodedError) return error.code
  if (error instanceof DOMException && error.name === 'AbortError') return 'aborted'
  return 'unknown'
}

export function isRetryable(error: unknown): boolean {
  return error instanceof CodedError && error.retryable
}
