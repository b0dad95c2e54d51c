/** The only source of time. Production uses `systemClock`; tests move a virtual one by hand. */
export interface Clock {
  /** Wall-clock time in milliseconds since the epoch, for stamps that people and other machines read. */
  now(): number
  /** Milliseconds from an arbitrary start; never goes backwards. For durations and deadlines. */
  monotonic(): number
  /** Calls `run` once after `ms` milliseconds. Returns a function that cancels it. */
  after(ms: number, run: () => void): () => void
}

/** setTimeout fires at once for delays beyond 2^31-1 ms. No timer here has to wait longer than a day. */
const longestTimerMs = 86_400_000

export const systemClock: Clock = {
  now: () => Date.now(),
  monotonic: () => performance.now(),
  after(ms, run) {
    const timer = setTimeout(run, Math.min(Math.max(0, ms), longestTimerMs))
    return () => clearTimeout(timer)
  },
}

/** Resolves after `ms` milliseconds; rejects with the signal's reason as soon as it aborts. */
export function sleep(clock: Clock, ms: number, signal: AbortSignal): Promise<void> {
  return new Promise((resolve, reject) => {
    if (signal.aborted) return reject(signal.reason as Error)
    const onAbort = (): void => {
      cancel()
      reject(signal.reason as Error)
    }
    const cancel = clock.after(ms, () => {
      signal.removeEventListener('abort', onAbort)
      resolve()
    })
    signal.addEventListener('abort', onAbort, { once: true })
  })
}
