import type { Clock } from '../../src/core/clock.ts'

/** Real time, `factor` times as fast: for what waits minutes by design while it talks with a real server. */
export function acceleratedClock(factor: number): Clock {
  return {
    now: () => Date.now(),
    monotonic: () => performance.now() * factor,
    after(ms, run) {
      const timer = setTimeout(run, Math.max(0, ms) / factor)
      return () => clearTimeout(timer)
    },
  }
}
