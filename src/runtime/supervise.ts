import type { Clock } from '../core/clock.ts'
import { CodedError } from '../core/errors.ts'
import { linkedAbort, onAbort } from '../core/abort.ts'

export interface SuperviseOptions {
  readonly clock: Clock
  /** The run's signal aborts after this many milliseconds, and it fails with a retryable CodedError `timeout`. */
  readonly timeoutMs: number
  /** `onOverdue` is called if the run goes on for this many milliseconds after the abort. */
  readonly overdueMs: number
  readonly onOverdue: () => void
}

/**
 * Runs `run` under a time-out, and settles only when `run` does. If `run` fails after the abort, the abort's reason is
 * thrown. After a time-out, the error of `run` is its cause: it tells what took so long.
 */
export async function supervise<R>(
  run: (signal: AbortSignal) => Promise<R>,
  { clock, timeoutMs, overdueMs, onOverdue }: SuperviseOptions,
  signal: AbortSignal,
): Promise<R> {
  const { own, unlink } = linkedAbort(signal)
  let cancelOverdue = (): void => {}
  onAbort(own.signal, () => {
    cancelOverdue = clock.after(overdueMs, onOverdue)
  })
  const timedOut = (cause?: unknown): CodedError =>
    new CodedError('timeout', `not done after ${timeoutMs} ms`, { retryable: true, cause })
  const cancelTimeout = clock.after(timeoutMs, () => own.abort(timedOut()))
  try {
    return await run(own.signal)
  } catch (error) {
    if (signal.aborted) throw signal.reason
    throw own.signal.aborted ? timedOut(error) : error
  } finally {
    cancelTimeout()
    cancelOverdue()
    unlink()
  }
}
