import type { ObjectKey } from '../api/object.ts'

/** More often than a cache that lags behind explains. */
const tooOften = 3

/**
 * Counts how often in a row an owner's Secret had changed when it was to be written. Now and then that is normal. Again
 * and again it is somebody in the owner's namespace; as a fault of the operator it would stop a rollout for all.
 */
export class ContestedWrites {
  readonly #inARow = new Map<ObjectKey, number>()

  /** Counts one more. @returns whether it is one too many */
  note(owner: ObjectKey): boolean {
    const count = (this.#inARow.get(owner) ?? 0) + 1
    this.#inARow.set(owner, count)
    return count >= tooOften
  }

  forget(owner: ObjectKey): void {
    this.#inARow.delete(owner)
  }
}
