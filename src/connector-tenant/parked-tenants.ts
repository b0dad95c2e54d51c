import type { ObjectKey } from '../api/object.ts'

/**
 * Tenants that stay served while their server is away. Nothing is written of them and no timer runs for them. Whoever
 * sees the server answer again must wake them, or a rotation would pass them by.
 */
export class ParkedTenants {
  readonly #connections = new Map<ObjectKey, ObjectKey>()

  park(tenant: ObjectKey, connection: ObjectKey): void {
    this.#connections.set(tenant, connection)
  }

  forget(tenant: ObjectKey): void {
    this.#connections.delete(tenant)
  }

  /** Those of a connection, which are parked no longer. */
  release(connection: ObjectKey): readonly ObjectKey[] {
    const parked = [...this.#connections].filter(([, of]) => of === connection).map(([tenant]) => tenant)
    for (const tenant of parked) this.#connections.delete(tenant)
    return parked
  }
}
