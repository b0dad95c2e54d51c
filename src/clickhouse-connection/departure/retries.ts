import { codeOf } from '../../core/errors.ts'
import type { Random } from '../../core/random.ts'
import { upperHalfJitter, type BackoffRange } from '../../runtime/backoff.ts'

/** A task that failed when it was last tried. */
export interface FailedTask {
  /** Monotonic milliseconds. It is not tried before. */
  readonly retryAt: number
  readonly error: unknown
  /** How often in a row. */
  readonly failures: number
}

/** As long as an object's own retries wait. */
const range: BackoffRange = { baseMs: 1_000, maxMs: 300_000 }

/**
 * Remembers which tasks for departed tenants failed. Each waits by itself, longer each time: what one of them left may
 * be beyond our reach for ever, and the connection has all other tenants to see to.
 */
export class Retries {
  readonly #failed = new Map<string, FailedTask>()

  get failed(): ReadonlyMap<string, FailedTask> {
    return this.#failed
  }

  /** @returns whether that is news: it did not fail before, or with another code */
  note(task: string, error: unknown, at: { readonly elapsed: number; readonly random: Random }): boolean {
    const before = this.#failed.get(task)
    const failures = before?.failures ?? 0
    const retryAt = at.elapsed + upperHalfJitter(range, failures, at.random)
    this.#failed.set(task, { error, retryAt, failures: failures + 1 })
    return before === undefined || codeOf(before.error) !== codeOf(error)
  }

  forget(task: string): void {
    this.#failed.delete(task)
  }

  /** Forgets the tasks that there are no more, as the tenant is back, or somebody saw to it by hand. */
  keep(isLeft: (task: string) => boolean): void {
    for (const task of this.#failed.keys()) if (!isLeft(task)) this.#failed.delete(task)
  }
}

/** Whether a task has to wait because it failed. */
export function mustWait(
  task: string,
  { failed, elapsed }: { readonly failed: ReadonlyMap<string, FailedTask>; readonly elapsed: number },
): boolean {
  return (failed.get(task)?.retryAt ?? elapsed) > elapsed
}
