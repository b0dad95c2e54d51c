import type { ObjectKey } from '../api/object.ts'

/** Beyond what a cache that lags behind explains. */
const tooOften = 3

/**
 * Counts how often in a row an owner's Secret had changed when it was to be written. Now and then that is nothing.
 * Without end it is somebody in the owner's namespace, and must not look like a fault of the operator, which would
 * stop a rollout for all.
 */
export class ContestedWrites {
  readonly #inARow = new Map<ObjectKey, number>()

  /** Whether this is one too many. */
  note(owner: ObjectKey): boolean {
    const count = (this.#inARow.get(owner) ?? 0) + 1
    this.#inARow.set(owner, count)
    return count >= tooOften
  }

  forget(owner: ObjectKey): void {
    this.#inARow.delete(owner)
  }
}
