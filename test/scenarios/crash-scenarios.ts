/** Pieces of work that an operator is stopped in, and what is compared at their end. */
import { dataOf, type Secret } from '../../src/api/core-objects.ts'
import { isTrue } from '../../src/api/conditions.ts'
import type { ConnectorTenant } from '../../src/api/connector-tenant.ts'
import type { PartnerKey } from '../../src/api/partner-key.ts'
import { isOwnedBy } from '../watchers/secret-history.ts'
import type { Scenario } from './crash-course.ts'
import { outlineOf, scrub } from './crash-state.ts'
import { sideBySide } from './side-by-side.ts'
import type { World } from '../cluster/world.ts'

const forever = new AbortController().signal

/** A connection's first reconcile: the reader's Secret, and the reader on each replica. */
export function newConnection(world: World): Scenario {
  const at = (id: string): string => `${id}-ns`
  return {
    name: 'a connection’s first reconcile',
    letter: 'c',
    prepare: ids => each(ids, id => world.namespace(at(id))),
    act: id => world.connect({ reader: { user: `${id}_reader` }, syncInterval: '1h' }, at(id)),
    tidy: ids => each(ids, id => world.connections.delete(`${at(id)}/default`, {}, forever)),
    async isDone(id) {
      const connection = await world.connections.get(`${at(id)}/default`, forever)
      const { conditions } = connection?.status ?? {}
      return (['Ready', 'ReaderVerified'] as const).every(type => isTrue(conditions, type))
    },
    async state(id) {
      const connection = await world.connections.get(`${at(id)}/default`, forever)
      const secret = await world.secrets.get(`${at(id)}/default-reader`, forever)
      const password = secret === undefined ? '' : (dataOf(secret, 'password') ?? '')
      const users = await onEach(world, replica =>
        world.sql(`SELECT name, auth_type FROM system.users WHERE name = '${id}_reader'`, replica),
      )
      const logins = await onEach(world, replica =>
        world.sqlAs(
          { username: `${id}_reader`, password },
          "SELECT toString(getSetting('readonly')) AS a",
          replica,
        ),
      )
      return scrub(id, { status: connection?.status, secret: outlineOf(secret), users, logins })
    },
  }
}

/** A PartnerKey's first reconcile: key, ledger, hand-over. */
export function newPartnerKey(world: World): Scenario {
  return {
    name: 'a PartnerKey’s first reconcile',
    letter: 'k',
    also: /^POST \/api\/v1\/namespaces\/datalens\/(secrets|configmaps)$/,
    async prepare() {},
    act: id => world.partnerKeys.create(world.partnerKey(`acme-${id}`) as PartnerKey, forever),
    async isDone(id) {
      const key = await world.partnerKeys.get(`datalens/acme-${id}`, forever)
      return isTrue(key?.status?.conditions, 'Ready')
    },
    state: id => partnerKeyState(world, id),
  }
}

/** A tenant's first reconcile: database and grant on each replica, Secret, status. */
export function newTenant(world: World): Scenario {
  return {
    name: 'a tenant’s first reconcile',
    letter: 't',
    prepare: ids => each(ids, id => createNamespace(world, id)),
    act: id => createTenant(world, id),
    isDone: id => isReady(world, `${id}-ns/shop`),
    faults: id => prematureTokens(world, id, 'acme'),
    state: id => tenantState(world, id, 'acme'),
  }
}

/** A tenant with `Drop` is deleted: access, marks, and at last the tables. */
export function tenantDeleted(world: World): Scenario {
  return {
    name: 'a tenant’s deletion',
    letter: 'd',
    oneAtATime: true,
    async prepare(ids) {
      await each(ids, async id => {
        await createNamespace(world, id)
        await createTenant(world, id, { deletionPolicy: 'Drop', confirmDrop: `${id}_db` })
      })
      for (const id of ids) {
        await world.tenantIs(`${id}-ns/shop`, 'True')
        const table = `CREATE TABLE ${id}_db.t (x UInt8) ENGINE = MergeTree ORDER BY x`
        await onEach(world, replica => world.sql(table, replica))
      }
    },
    async act(id) {
      await world.tenants.delete(`${id}-ns/shop`, {}, forever)
    },
    // In statements that name no database, as those that do count as the operator's.
    async isDone(id) {
      const database = `${id}_db`
      const left = await onEach(world, async replica => [
        ...(await world.grants(replica)),
        ...(await world.sql('SELECT DISTINCT database FROM system.tables', replica)).flat(),
      ])
      return (await tokenSecrets(world, id)).length === 0 && !left.flat().includes(database)
    },
    faults: id => prematureTokens(world, id, 'acme'),
    state: id => tenantState(world, id, 'acme'),
  }
}

/** The partner's key version is bumped: key, ledger, hand-over, rollout, and one tenant minted anew. */
export function keyBumped(world: World): Scenario {
  return {
    name: 'a bump of the key version',
    letter: 'b',
    also: /^POST \/api\/v1\/namespaces\/datalens\/(secrets|configmaps)$/,
    async prepare(ids) {
      await each(ids, async id => {
        const rollout = { batch: { percent: 100, interval: '0s' } }
        await world.partnerKeys.create(world.partnerKey(`acme-${id}`, { rollout }) as PartnerKey, forever)
        await createNamespace(world, id)
        await createTenant(world, id, { partnerKeyRef: { name: `acme-${id}`, namespace: 'datalens' } })
      })
      for (const id of ids) await world.tenantIs(`${id}-ns/shop`, 'True')
    },
    async act(id) {
      await world.partnerKeys.mergePatch(`datalens/acme-${id}`, { spec: { keyVersion: 2 } }, forever)
    },
    async isDone(id) {
      const key = await world.partnerKeys.get(`datalens/acme-${id}`, forever)
      const tenant = await world.tenants.get(`${id}-ns/shop`, forever)
      const rolledOut = isTrue(key?.status?.conditions, 'RolledOut')
      return rolledOut && key?.status?.current === '1:2' && tenant?.status?.token?.pair === '1:2'
    },
    faults: id => prematureTokens(world, id, `acme-${id}`),
    async state(id) {
      return {
        partnerKey: await partnerKeyState(world, id),
        tenant: await tenantState(world, id, `acme-${id}`),
      }
    },
  }
}

function createNamespace(world: World, id: string): Promise<unknown> {
  return world.namespaces.create({ metadata: { name: `${id}-ns` } }, forever)
}

function createTenant(world: World, id: string, spec: object = {}): Promise<unknown> {
  const tenant = world.tenant('shop', { database: `${id}_db`, ...spec }, `${id}-ns`)
  return world.tenants.create(tenant as ConnectorTenant, forever)
}

/** Secrets of a run that hold a token though some replica does not say that the tenant owns the database. */
async function prematureTokens(world: World, id: string, partnerKey: string): Promise<string[]> {
  const found: string[] = []
  for (const secret of await tokenSecrets(world, id)) {
    const verdict = await world.judgeText(dataOf(secret, 'token') ?? '', partnerKey)
    const database = verdict.ok ? verdict.database : ''
    const comments = await onEach(world, replica => commentOf(world, database, replica))
    const tenant = `${secret.metadata.namespace}/${secret.metadata.labels?.['lenskeeper.dev/tenant']}`
    if (!verdict.ok || !comments.every(comment => isOwnedBy(comment, tenant))) {
      found.push(`${secret.metadata.name}: ${JSON.stringify({ verdict, comments })}`)
    }
  }
  return found
}

async function tokenSecrets(world: World, id: string): Promise<readonly Secret[]> {
  const labelSelector = 'lenskeeper.dev/tenant'
  return await world.secrets.list({ namespace: `${id}-ns`, labelSelector }, forever)
}

async function isReady(world: World, key: string): Promise<boolean> {
  const tenant = await world.tenants.get(key, forever)
  return isTrue(tenant?.status?.conditions, 'Ready')
}

async function tenantState(world: World, id: string, partnerKey: string): Promise<unknown> {
  const tenant = await world.tenants.get(`${id}-ns/shop`, forever)
  const secrets = await tokenSecrets(world, id)
  const verdicts = await Promise.all(
    secrets.map(secret => world.judgeText(dataOf(secret, 'token') ?? '', partnerKey)),
  )
  const servers = await onEach(world, replica => databaseState(world, id, replica))
  const uuids = servers.map(({ uuid }) => uuid)
  return scrub(id, {
    status: tenant?.status,
    secrets: secrets.map(outlineOf),
    verdicts,
    servers: servers.map(({ uuid: _uuid, ...server }) => server),
    oneUuid: new Set(uuids).size === 1,
    uuidInStatus: tenant === undefined || tenant.status?.database?.uuid === uuids[0],
  })
}

async function databaseState(world: World, id: string, replica: number) {
  const databases = await world.sql(
    `SELECT name, comment, toString(uuid) AS uuid FROM system.databases WHERE name LIKE '%${id}%'`,
    replica,
  )
  const tables = await world.sql(`SELECT name FROM system.tables WHERE database = '${id}_db'`, replica)
  const granted = (await world.grants(replica)).includes(`${id}_db`)
  return {
    databases: databases.map(([name, comment]) => ({ name, comment })),
    uuid: databases[0]?.[2],
    tables,
    granted,
  }
}

async function commentOf(world: World, database: string, replica: number): Promise<string> {
  const rows = await world.sql(`SELECT comment FROM system.databases WHERE name = '${database}'`, replica)
  return rows[0]?.[0] ?? ''
}

async function partnerKeyState(world: World, id: string): Promise<unknown> {
  const name = `acme-${id}`
  const key = await world.partnerKeys.get(`datalens/${name}`, forever)
  const labelSelector = `lenskeeper.dev/partner-key=${name}`
  const secrets = await world.secrets.list({ namespace: 'datalens', labelSelector }, forever)
  const maps = await world.configMaps.list({ namespace: 'datalens', labelSelector }, forever)
  const ledger = JSON.stringify(maps.find(map => map.metadata.name === `${name}-keys`)?.data ?? {})
  return scrub(id, {
    status: key?.status,
    secrets: secrets.map(secret => ({
      ...outlineOf(secret),
      recorded: ledger.includes(JSON.stringify(dataOf(secret, 'public.pem')?.trim() ?? '?').slice(1, -1)),
    })),
    maps: maps.map(({ metadata, data }) => ({ name: metadata.name, data })),
  })
}

async function onEach<T>(world: World, ask: (replica: number) => Promise<T>): Promise<T[]> {
  return await Promise.all(world.environment.clickhouse.endpoints.map((_, replica) => ask(replica)))
}

async function each(ids: readonly string[], work: (id: string) => Promise<unknown>): Promise<void> {
  await sideBySide(ids, 8, work)
}
