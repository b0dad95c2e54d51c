/** An installation beside other tools: Secrets as they make them, and a restore as Velero makes it. */
import { afterAll, beforeAll, expect, test } from 'vitest'
import { dataOf } from '../../../src/api/core-objects.ts'
import type { KubeObject } from '../../../src/api/object.ts'
import { untilReadyIs } from '../../cluster/until-ready-is.ts'
import type { RunningOperator } from '../../cluster/operator-under-test.ts'
import { startWorld, type World } from '../../cluster/world.ts'
import { embed, signingPair } from '../../scenarios/embeds.ts'
import { pageAt } from '../../docs/pages.ts'
import { eventually } from '../../time/eventually.ts'
import { asRestored, restoreOrder } from './velero.ts'

const forever = new AbortController().signal
const everywhere = ['datalens', 'tenants', 'portal']

let world: World
let operator: RunningOperator

beforeAll(async () => {
  world = await startWorld()
  for (const name of everywhere) await world.namespace(name)
  await world.connect()
  await world.apply(
    world.partnerKey('acme', { tenants: { namespaces: { from: 'All' }, databases: ['client_*'] } }),
    world.tenant('client-1', { database: 'client_1' }),
    embed('lobby', { signingKeySecretRef: { name: 'lobby-signing-key' } }, 'portal'),
  )
  operator = await world.startOperator()
  await world.tenantIs('tenants/client-1', 'True', 'Ready')
})
afterAll(() => world?.close())

const key = signingPair('lobby')
const offered = { 'lenskeeper.dev/use': 'embed-signing' }
const connectionIs = async (status: 'True' | 'False', reason: string): Promise<unknown> =>
  await untilReadyIs(world.connections, 'datalens/default', { status, reason, deadlineMs: 60_000 })

/** As External Secrets writes one. */
function madeByExternalSecrets(
  [namespace, name]: readonly [string, string],
  stringData: Readonly<Record<string, string>>,
  labels: Readonly<Record<string, string>> = {},
): object {
  return {
    apiVersion: 'v1',
    kind: 'Secret',
    metadata: {
      name,
      namespace,
      labels: { 'reconcile.external-secrets.io/managed': 'true', ...labels },
      annotations: { 'reconcile.external-secrets.io/data-hash': 'a1' },
    },
    stringData,
  }
}

/** Somebody who may write Secrets there, and nothing else. */
async function writer(name: string, namespace: string): Promise<string> {
  const verbs = '--verb=get,create,update,patch'
  await world.kubectl(['create', 'role', name, verbs, '--resource=secrets', '-n', namespace])
  const account = `--serviceaccount=${name}:${name}`
  await world.kubectl(['create', 'rolebinding', name, `--role=${name}`, account, '-n', namespace])
  return `--as=system:serviceaccount:${name}:${name}`
}

test('credentials of External Secrets are taken, and so is each change of them', async () => {
  const { username, password } = world.environment.clickhouse
  const name = ['datalens', 'clickhouse-operator'] as const
  await world.apply(madeByExternalSecrets(name, { username, password: 'of yesterday' }))
  await connectionIs('False', 'AuthenticationFailed')
  await world.apply(madeByExternalSecrets(name, { username, password }))
  await connectionIs('True', 'Ready')
})

test('a signing key that comes with the label is offered; a label that comes later takes a right', async () => {
  const as = await writer('external-secrets', 'portal')
  const late = ['portal', 'late'] as const
  const secret = { 'private.pem': key.privatePem }
  const apply = ['apply', '--server-side', '-f', '-', as]
  const write = (object: object): Promise<string> => world.kubectl(apply, JSON.stringify(object))
  await eventually(async () => (await write(madeByExternalSecrets(late, secret))) !== '')
  await expect(write(madeByExternalSecrets(late, secret, offered))).rejects.toThrow(/the verb "offer"/)
  await write(madeByExternalSecrets(['portal', 'lobby-signing-key'], secret, offered))
  await world.embedIs('portal/lobby', 'True', 'Ready')
  const [, rights] = pageAt('docs/recipes/external-secrets.md').fences.filter(({ info }) => info === 'yaml')
  await world.kubectl(['apply', '-f', '-'], rights?.text)
  await eventually(async () => (await write(madeByExternalSecrets(late, secret, offered))) !== '')
})

/** All that there is of a kind in these namespaces, but for what Kubernetes puts into each. */
async function dumped(resource: string): Promise<readonly KubeObject[]> {
  const { items } = JSON.parse(await world.kubectl(['get', resource, '-A', '-o', 'json'])) as {
    readonly items: readonly KubeObject[]
  }
  return items.filter(
    ({ metadata: { name, namespace = name } }) =>
      everywhere.includes(namespace) && name !== 'kube-root-ca.crt',
  )
}

/** What a restore must bring back as it was. */
async function kept(): Promise<object> {
  const of = async (name: string, field: string): Promise<string | undefined> => {
    const secret = await world.secrets.get(name, forever)
    return secret && dataOf(secret, field)
  }
  return {
    token: await of('tenants/client-1-datalens', 'token'),
    key: await of('datalens/acme-partner-v1', 'private.pem'),
    reader: await of('datalens/default-reader', 'password'),
    marks: await world.marks(),
    grants: await world.grants(),
  }
}

test('a restore by Velero brings back tokens and keys, and tenants own their Secrets again', async () => {
  const before = await kept()
  await operator.stop()
  const backup = new Map<string, readonly KubeObject[]>()
  for (const resource of restoreOrder) backup.set(resource, await dumped(resource))
  await world.kubectl(['delete', 'namespace', ...everywhere, '--timeout=100s'])
  const restore = (resource: string, more: readonly string[] = []): Promise<string> => {
    const items = backup.get(resource)?.map(asRestored)
    const list = JSON.stringify({ apiVersion: 'v1', kind: 'List', items })
    return world.kubectl(['create', '-f', '-', ...more], list)
  }
  const [namespaces, ...others] = restoreOrder
  await restore(namespaces)
  const narrow = await Promise.all(everywhere.map(name => writer('velero', name)))
  await expect(restore('secrets', narrow.slice(0, 1))).rejects.toThrow(/needs the verb "mint"/)
  for (const name of everywhere) await world.kubectl(['delete', 'secrets', '--all', '-n', name])
  for (const resource of others) await restore(resource)
  const restored = await world.secrets.get('tenants/client-1-datalens', forever)
  expect(restored?.metadata.ownerReferences).toBeUndefined()

  operator = await world.startOperator()
  const { metadata } = await world.tenantIs('tenants/client-1', 'True', 'Ready')
  await world.embedIs('portal/lobby', 'True', 'Ready')
  expect(await kept()).toEqual(before)
  const owned = await world.secrets.get('tenants/client-1-datalens', forever)
  expect(owned?.metadata.ownerReferences).toMatchObject([{ kind: 'ConnectorTenant', uid: metadata.uid }])
  expect(owned?.metadata.labels).toMatchObject({ 'velero.io/backup-name': 'datalens-1' })
})
