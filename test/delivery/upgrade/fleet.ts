/** What a former release had made when it was upgraded: everything that it could be in the middle of, held there. */
import type { World } from '../../cluster/world.ts'
import { eventually } from '../../time/eventually.ts'
import {
  enduringEmbed,
  namespace as embedNamespace,
  signingKey,
  signingPair,
} from '../../scenarios/embeds.ts'

const forever = new AbortController().signal
const movers = ['a', 'b', 'c', 'd', 'e', 'g']

/** Tenants a, c and g have moved to the new key when the rollout waits for its next step, which is far away. */
const rollingOver = { keyVersion: 2, rollout: { batch: { percent: 50, interval: '24h' } } }

/** @returns how many objects of ours there are, by the name of their controller */
export async function raiseFleet(world: World): Promise<Readonly<Record<string, number>>> {
  await world.connect({ sweep: { grace: '0s', limit: 100 }, dropAfter: '168h' })
  const tenants = { namespaces: { from: 'All' }, databases: ['*'], allowDrop: true }
  await world.apply(
    world.partnerKey('acme', { tenants }),
    world.partnerKey('settled', { tenants }),
    world.partnerKey('unanswered', { tenants, dataLens: undefined }),
  )
  await world.namespace('tenants')
  await serve(world)
  await leave(world)
  await rollHalf(world)
  await world.namespace(embedNamespace)
  await world.apply(signingKey('signing', signingPair('signing').privatePem))
  await enduringEmbed(world, 'lobby')
  return { connections: 1, 'partner keys': 3, tenants: movers.length + 5, embeds: 1 }
}

function ofKey(name: string): object {
  return { partnerKeyRef: { name, namespace: 'datalens' } }
}

async function serve(world: World): Promise<void> {
  const tenant = (name: string, spec: object): object =>
    world.tenant(name, { database: `client_${name}`, ...spec })
  await world.apply(
    ...movers.map(name => tenant(name, {})),
    tenant('withheld', ofKey('settled')),
    tenant('suspended', ofKey('settled')),
    tenant('renamed', { ...ofKey('settled'), secret: { name: 'my-token' } }),
    tenant('drops', { ...ofKey('settled'), deletionPolicy: 'Drop', confirmDrop: 'client_drops' }),
    tenant('waits', ofKey('unanswered')),
    tenant('left', ofKey('settled')),
    tenant('dropped', { ...ofKey('settled'), deletionPolicy: 'Drop', confirmDrop: 'client_dropped' }),
  )
  for (const name of [...movers, 'withheld', 'suspended', 'renamed', 'drops', 'left', 'dropped'])
    await world.tenantIs(`tenants/${name}`, 'True', 'Ready')
  await world.sql('CREATE TABLE client_a.t (x UInt8) ENGINE = MergeTree ORDER BY x')
  await world.sql('CREATE TABLE client_dropped.t (x UInt8) ENGINE = MergeTree ORDER BY x')
  await world.tenants.mergePatch('tenants/withheld', { spec: { access: 'Withheld' } }, forever)
  await world.tenants.mergePatch('tenants/suspended', { spec: { suspend: true } }, forever)
  await world.tenantIs('tenants/withheld', 'True', 'AccessWithheld')
  await world.tenantIs('tenants/suspended', 'True', 'Suspended')
}

/** Two go, one of them with tables that are to be dropped in a week. Kubernetes takes their Secrets away in its own time. */
async function leave(world: World): Promise<void> {
  const leaving = ['left', 'dropped']
  for (const name of leaving) await world.tenants.delete(`tenants/${name}`, {}, forever)
  await eventually(
    async () => {
      const [marks, grants] = await Promise.all([world.marks(), world.grants()])
      const isRetired = marks['client_dropped']?.includes('state=retired') === true
      const secrets = await Promise.all(
        leaving.map(name => world.secrets.get(`tenants/${name}-datalens`, forever)),
      )
      return isRetired && !grants.includes('client_left') && secrets.every(secret => secret === undefined)
    },
    { what: 'those that left have lost access and Secrets, and tables are to go', deadlineMs: 90_000 },
  )
}

async function rollHalf(world: World): Promise<void> {
  await world.partnerKeys.mergePatch('datalens/acme', { spec: rollingOver }, forever)
  await eventually(
    async () => {
      const key = await world.partnerKeys.get('datalens/acme', forever)
      const moved = await pairsOf(world)
      return key?.status?.rollout?.phase === 'Rolling' && moved.includes('1:2') && moved.includes('1:1')
    },
    { what: 'half of the tenants have moved', deadlineMs: 60_000 },
  )
}

/** The pairs of the tenants that move, in the order of their names. */
export async function pairsOf(world: World): Promise<readonly string[]> {
  const tenants = await Promise.all(movers.map(name => world.tenants.get(`tenants/${name}`, forever)))
  return tenants.map(tenant => tenant?.status?.token?.pair ?? '')
}
