import type { ObjectKey } from '../api/object.ts'

/**
 * Tenants that stay served while their server is away. Their status is not written and no timer runs for them. They
 * have to be woken when the server answers again, or they would miss a rotation.
 */
export class ParkedTenants {
  readonly #connections = new Map<ObjectKey, ObjectKey>()

  park(tenant: ObjectKey, connection: ObjectKey): void {
    this.#connections.set(tenant, connection)
  }

  forget(tenant: ObjectKey): void {
    this.#connections.delete(tenant)
  }

  /** Takes out the tenants of a connection. @returns them, to be woken */
  release(connection: ObjectKey): readonly ObjectKey[] {
    const parked = [...this.#connections].filter(([, of]) => of === connection).map(([tenant]) => tenant)
    for (const tenant of parked) this.#connections.delete(tenant)
    return parked
  }
}
