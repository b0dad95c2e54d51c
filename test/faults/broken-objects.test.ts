/** One broken object delays no other: all kinds of them are there first, and then come tenants that are fine. */
import { generateKeyPairSync } from 'node:crypto'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { findCondition, type Condition, isTrue } from '../../src/api/conditions.ts'
import { eventually } from '../time/eventually.ts'
import { expectInvariants } from '../watchers/invariants.ts'
import { SecretHistory } from '../watchers/secret-history.ts'
import { startWorld, type World } from '../cluster/world.ts'

const forever = new AbortController().signal
const crowd = Array.from({ length: 20 }, (_, index) => `crowd${index}`)
const good = Array.from({ length: 5 }, (_, index) => `good${index}`)

let world: World
let history: SecretHistory

beforeAll(async () => {
  world = await startWorld({ replicas: 2 })
  history = await SecretHistory.start(world, { replicasOf: key => [key === 'slow' ? 1 : 0] })
  await world.startOperator()
  const [first = '', second = ''] = world.environment.clickhouse.endpoints
  await world.connect({ endpoints: [first] })
  await world.connect({ endpoints: [second] }, 'elsewhere')
  await world.namespace('tenants')
  await world.apply(
    world.partnerKey(),
    inNamespace(world.partnerKey('slow'), 'elsewhere'),
    connectionWithoutCredentials(first),
    world.partnerKey('locked-out', { connectionRef: { name: 'locked-out' } }),
    world.partnerKey('weak', { dataLens: { keyVersion: 1, publicKey: weakPem() } }),
    world.partnerKey('picky', { tenants: { namespaces: { from: 'Same' } } }),
  )
  await world.apply(tenantOf('slow-first', 'slow', 'elsewhere'))
  await world.tenantIs('tenants/slow-first', 'True')
})
afterAll(async () => {
  await history.close()
  await world.close()
})

test('tenants that are fine are served while nothing else goes on', async () => {
  // From here on one of the two servers takes statements and answers none.
  world.clickhouse.freezeReplica(1)
  await world.apply(...crowd.map(name => tenantOf(name, 'slow', 'elsewhere')))
  await world.apply(
    tenantOf('of-nobody', 'no-such-key'),
    tenantOf('locked-out', 'locked-out'),
    tenantOf('weakly-keyed', 'weak'),
    tenantOf('uninvited', 'picky'),
  )
  await world.apply(...good.map(name => tenantOf(name, 'acme')))
  for (const name of good) await world.tenantIs(`tenants/${name}`, 'True', 'Ready', 30_000)
  // The crowd has not even run into its time-outs.
  const tenants = await world.tenants.list({ namespace: 'tenants' }, forever)
  const served = tenants.filter(({ status }) => isTrue(status?.conditions, 'Ready'))
  expect(served.map(({ metadata }) => metadata.name).sort()).toEqual([...good, 'slow-first'].sort())
})

test('each of the broken ones says what is wrong with it, and nothing was made for it', async () => {
  await world.tenantIs('tenants/of-nobody', 'False', 'PartnerKeyNotFound')
  await world.tenantIs('tenants/locked-out', 'False', 'ConnectionNotReady')
  await world.tenantIs('tenants/weakly-keyed', 'False', 'AwaitingKey')
  await world.tenantIs('tenants/uninvited', 'False', 'NamespaceNotAllowed')
  expect(await readyOf('weak')).toMatchObject({ status: 'False', reason: 'KeyInvalid' })
  const lockedOut = await world.connections.get('datalens/locked-out', forever)
  expect(findCondition(lockedOut?.status?.conditions, 'Ready')).toMatchObject({
    status: 'False',
    reason: 'CredentialsMissing',
  })
  for (const name of ['of-nobody', 'locked-out', 'weakly-keyed', 'uninvited']) {
    expect(await world.secrets.get(`tenants/${name}-datalens`, forever)).toBeUndefined()
  }
})

test('what was only waiting goes on as soon as it can', async () => {
  world.clickhouse.thawReplica(1)
  await world.apply(world.partnerKey('no-such-key'), {
    apiVersion: 'v1',
    kind: 'Secret',
    metadata: { name: 'not-there', namespace: 'datalens' },
    stringData: {
      username: world.environment.clickhouse.username,
      password: world.environment.clickhouse.password,
    },
  })
  for (const name of [...crowd, 'of-nobody', 'locked-out']) {
    await world.tenantIs(`tenants/${name}`, 'True', 'Ready')
  }
})

function tenantOf(name: string, partnerKey: string, namespace = 'datalens'): object {
  const database = `client_${name.replaceAll('-', '_')}`
  return world.tenant(name, { database, partnerKeyRef: { name: partnerKey, namespace } })
}

function inNamespace(object: object, namespace: string): object {
  const { metadata } = object as { metadata: object }
  return { ...object, metadata: { ...metadata, namespace } }
}

function connectionWithoutCredentials(endpoint: string): object {
  return {
    apiVersion: 'lenskeeper.dev/v1alpha1',
    kind: 'ClickHouseConnection',
    metadata: { name: 'locked-out', namespace: 'datalens' },
    spec: {
      endpoints: [endpoint],
      credentialsSecretRef: { name: 'not-there' },
      reader: { user: 'other_reader' },
    },
  }
}

/** Looks like a key to the API server. */
function weakPem(): string {
  const { publicKey } = generateKeyPairSync('rsa', { modulusLength: 1024 })
  return publicKey.export({ type: 'spki', format: 'pem' }).toString()
}

async function readyOf(partnerKey: string): Promise<Condition | undefined> {
  return await eventually(async () => {
    const key = await world.partnerKeys.get(`datalens/${partnerKey}`, forever)
    return findCondition(key?.status?.conditions, 'Ready')
  })
}

test('no invariant is broken for those that are served', async () => {
  // No replica: this world's tenants are spread over two servers, and the check expects each on all.
  await expectInvariants(world, { history, replicas: [] })
})
