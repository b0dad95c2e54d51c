/** What becomes of a group, and the calls that this is made of. */
import { isTrue } from '../../../src/api/conditions.ts'
import type { Call } from '../../proxies/call-gate.ts'
import type { Group } from './group.ts'

const forever = new AbortController().signal

export type StageName = 'onboarding' | 'rotation' | 'sweep'

export interface Stage {
  readonly name: StageName
  act(group: Group): Promise<void>
  isDone(group: Group): Promise<boolean>
  /** The calls with an effect that this work is made of. Of those that come in batches, whose number varies, the first. */
  calls(group: Group): readonly Call[]
}

const api = (method: string | readonly string[], path: string): Call => ({
  at: 'api',
  method,
  path: new RegExp(`^${path}$`),
})
const ours = '/apis/lenskeeper.dev/v1alpha1/namespaces'

function serversOf({ world }: Group): readonly number[] {
  return [...world.environment.clickhouse.endpoints.keys()]
}

function onEach(group: Group, statement: string, which: { readonly skip?: number } = {}): readonly Call[] {
  return serversOf(group).map(at => ({ at, matching: new RegExp(`^${statement}`), ...which }))
}

/** Whether the PartnerKey says that so many tenants are all that there are, and all have the token that they should. */
async function isCounted({ world, name }: Pick<Group, 'world' | 'name'>, count: number): Promise<boolean> {
  const status = (await world.partnerKeys.get(`datalens/${name}`, forever))?.status
  const { phase, total, updated } = status?.rollout ?? {}
  return status?.tenants === count && phase === 'Complete' && total === count && updated === count
}

const onboarding: Stage = {
  name: 'onboarding',
  async act(group) {
    await group.open()
    await group.each(group.tenants, tenant => group.create(tenant))
  },
  async isDone({ world, name, tenants }) {
    const found = await world.tenants.list({ namespace: name }, forever)
    const ready = found.filter(({ status }) => isTrue(status?.conditions, 'Ready'))
    return ready.length === tenants.length && (await isCounted({ world, name }, tenants.length))
  },
  calls: group => [
    api('POST', `/api/v1/namespaces/${group.name}/secrets`),
    api('PATCH', `${ours}/${group.name}/connectortenants/t\\d+/status`),
    ...onEach(group, `CREATE DATABASE .*${group.name}_`),
    ...onEach(group, `GRANT SELECT ON .*${group.name}_`, { skip: 0 }),
  ],
}

const rotation: Stage = {
  name: 'rotation',
  async act({ world, name }) {
    await world.partnerKeys.mergePatch(`datalens/${name}`, { spec: { keyVersion: 2 } }, forever)
  },
  async isDone({ world, name, tenants }) {
    const status = (await world.partnerKeys.get(`datalens/${name}`, forever))?.status
    return status?.current === '1:2' && (await isCounted({ world, name }, tenants.length))
  },
  calls: ({ name }) => [
    { ...api('POST', '/api/v1/namespaces/datalens/secrets'), skip: 0 },
    { ...api(['PUT', 'PATCH'], `/api/v1/namespaces/datalens/configmaps/${name}-keys`), skip: 0 },
    api('PATCH', `${ours}/datalens/partnerkeys/${name}/status`),
    api('PUT', `/api/v1/namespaces/${name}/secrets/.*`),
    api('PATCH', `${ours}/${name}/connectortenants/t\\d+/status`),
  ],
}

const sweep: Stage = {
  name: 'sweep',
  async act(group) {
    const { world, name, leaving } = group
    for (const replica of serversOf(group)) {
      for (const tenant of leaving) {
        const table = `${group.databaseOf(tenant)}.rows`
        await world.sql(`CREATE TABLE ${table} (x UInt8) ENGINE = MergeTree ORDER BY x`, replica)
      }
    }
    await group.each(leaving, tenant => world.tenants.delete(`${name}/${tenant}`, {}, forever))
  },
  async isDone(group) {
    const { world, name, leaving, tenants } = group
    const left = tenants.length - leaving.length
    for (const replica of serversOf(group)) {
      const granted = (await world.grants(replica)).filter(database => database.startsWith(`${name}_`))
      const rows = await world.sql(
        `SELECT name FROM system.tables WHERE startsWith(database, '${name}_')`,
        replica,
      )
      if (granted.length !== left || rows.length > 0) return false
    }
    const labelSelector = 'lenskeeper.dev/tenant'
    const secrets = await world.secrets.list({ namespace: name, labelSelector }, forever)
    return secrets.length === left && (await isCounted({ world, name }, left))
  },
  calls: group => [
    { ...api('PATCH', `${ours}/datalens/clickhouseconnections/default/status`), skip: 0 },
    ...onEach(group, `REVOKE SELECT ON .*${group.name}_`, { skip: 0 }),
    ...onEach(group, `ALTER DATABASE .*${group.name}_`),
    ...onEach(group, `DROP TABLE .*${group.name}_`),
  ],
}

export const stages = [onboarding, rotation, sweep] as const
