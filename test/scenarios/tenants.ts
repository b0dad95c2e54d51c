/** Many tenants at once, for tests about numbers. */
import { findCondition, isTrue } from '../../src/api/conditions.ts'
import type { ConnectorTenant } from '../../src/api/connector-tenant.ts'
import { eventually } from '../time/eventually.ts'
import { sideBySide } from './side-by-side.ts'
import type { World } from '../cluster/world.ts'

const forever = new AbortController().signal
const atOnce = 16

/** Creates tenants of these names in the namespace `tenants`, each with the database `client_<name>`. */
export async function createTenants(world: World, names: readonly string[]): Promise<void> {
  await sideBySide(names, atOnce, name =>
    world.tenants.create(world.tenant(name, { database: `client_${name}` }) as ConnectorTenant, forever),
  )
}

export async function deleteTenants(world: World, names: readonly string[]): Promise<void> {
  await sideBySide(names, atOnce, name => world.tenants.delete(`tenants/${name}`, {}, forever))
}

/** Waits until so many tenants exist and all of them are Ready. */
export async function allTenantsReady(world: World, count: number, deadlineMs = 120_000): Promise<void> {
  await eventually(
    async () => {
      const tenants = await world.tenants.list({}, forever)
      const unready = tenants.filter(({ status }) => !isTrue(status?.conditions, 'Ready'))
      if (tenants.length === count && unready.length === 0) return true
      const [first] = unready
      const why = findCondition(first?.status?.conditions, 'Ready')
      throw new Error(
        `${tenants.length} tenants, ${unready.length} unready, as ${why?.reason} ${why?.message}`,
      )
    },
    { what: `${count} tenants are Ready`, deadlineMs, everyMs: 500 },
  )
}
