import { setTimeout as delay } from 'node:timers/promises'

export interface EventuallyOptions {
  /** Milliseconds until giving up. Default 30,000. */
  readonly deadlineMs?: number
  /** What is waited for, for the message of a failure. */
  readonly what?: string
  /** Milliseconds between two looks. Default 100, and longer after a look that took long. */
  readonly everyMs?: number
}

/** Looking takes a quarter of the time at most, as it holds up what is waited for. */
const pauses = { shortestMs: 100, perLook: 3, longestMs: 2_000 }

/**
 * Looks until `check` neither throws nor returns undefined or false, and gives what it returned. Fails at the
 * deadline with the last reason. The one place where a test lets time pass.
 */
export async function eventually<T>(
  check: () => T | Promise<T>,
  options: EventuallyOptions = {},
): Promise<Exclude<T, undefined | false>> {
  const { deadlineMs = 30_000, what = 'the condition', everyMs } = options
  const deadline = performance.now() + deadlineMs
  for (;;) {
    const begun = performance.now()
    const { value, failure } = await look(check)
    if (!failure && value !== undefined && value !== false) return value as Exclude<T, undefined | false>
    const took = performance.now() - begun
    if (performance.now() >= deadline) {
      const reason = failure?.error instanceof Error ? failure.error.message : `it is ${String(value)}`
      throw new Error(`${what}: not within ${deadlineMs} ms: ${reason}`, { cause: failure?.error })
    }
    await delay(everyMs ?? pauseAfter(took))
  }
}

function pauseAfter(lookMs: number): number {
  const { shortestMs, perLook, longestMs } = pauses
  return Math.min(longestMs, Math.max(shortestMs, perLook * lookMs))
}

async function look<T>(check: () => T | Promise<T>): Promise<{ value?: T; failure?: { error: unknown } }> {
  try {
    return { value: await check() }
  } catch (error) {
    return { failure: { error } }
  }
}
