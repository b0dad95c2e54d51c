import type { ObjectKey } from '../api/object.ts'

/** Beyond what a cache that lags behind explains. */
const tooOften = 3

/**
 * Counts how often in a row a tenant's Secret had changed when it was to be written. Now and then that is
 * nothing; without end it is somebody in the tenant's namespace, and must not look like a fault of the operator,
 * which would stop a rollout for all.
 */
export class Unrest {
  readonly #inARow = new Map<ObjectKey, number>()

  /** Whether this is one too many. */
  note(tenant: ObjectKey): boolean {
    const count = (this.#inARow.get(tenant) ?? 0) + 1
    this.#inARow.set(tenant, count)
    return count >= tooOften
  }

  forget(tenant: ObjectKey): void {
    this.#inARow.delete(tenant)
  }
}
