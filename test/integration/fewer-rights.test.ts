/**
 * Somebody with a namespace of their own and the role lenskeeper-tenant-editor tries everything that the threat model
 * lists (docs/security.md), and then the same with every right on the Secrets there. `victim` is somebody else.
 */
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { findCondition } from '../../src/api/conditions.ts'
import { connectorTenant, type ConnectorTenant } from '../../src/api/connector-tenant.ts'
import { dataOf, encodeData, type Secret } from '../../src/api/core-objects.ts'
import { systemClock } from '../../src/core/clock.ts'
import { deployFolder } from '../../src/dev/environment-files.ts'
import { kubeconfig } from '../../src/dev/control-plane/files.ts'
import { accessSource } from '../../src/kube/access/access-source.ts'
import { ResourceClient } from '../../src/kube/objects/resource-client.ts'
import { secrets } from '../../src/kube/objects/resources.ts'
import { Transport } from '../../src/kube/call/transport.ts'
import { eventually } from '../time/eventually.ts'
import { startWorld, type World } from '../cluster/world.ts'

const forever = new AbortController().signal
const deadlineMs = 60_000

let world: World
/** What the intruder may do, through the intruder's own account. */
let intruder: { readonly tenants: ResourceClient<ConnectorTenant>; readonly secrets: ResourceClient<Secret> }
let transport: Transport
const directory = mkdtempSync(join(tmpdir(), 'lenskeeper-intruder-'))

beforeAll(async () => {
  world = await startWorld()
  for (const name of ['intruder', 'victim', 'datalens']) {
    await world.namespace(name, name === 'datalens' ? {} : { customer: 'yes' })
  }
  await world.connect({ sweep: { grace: '0s', limit: 1000 } })
  const selector = { from: 'Selector', selector: { matchLabels: { customer: 'yes' } } }
  await world.apply(
    world.partnerKey('acme', {
      tenants: { namespaces: selector, databases: ['{namespace}__*', 'shared_*'] },
    }),
    world.partnerKey('private', { tenants: { namespaces: { from: 'Same' } } }),
  )
  await becomeIntruder()
  await world.startOperator()
  await world.apply(
    world.tenant('one', { database: 'victim__one' }, 'victim'),
    world.tenant('two', { database: 'shared_two' }, 'victim'),
  )
  await world.tenantIs('victim/one', 'True', 'Ready', 120_000)
  await world.tenantIs('victim/two', 'True', 'Ready', deadlineMs)
  await world.sql('CREATE DATABASE shared_legacy')
})
afterAll(async () => {
  rmSync(directory, { recursive: true, force: true })
  await transport?.close()
  await world?.close()
})

const account = 'system:serviceaccount:intruder:author'

async function becomeIntruder(): Promise<void> {
  await world.kubectl(['create', 'serviceaccount', 'author', '-n', 'intruder'])
  const editor = ['rolebinding', 'author', '--clusterrole=lenskeeper-tenant-editor']
  await world.kubectl(['create', ...editor, '--serviceaccount=intruder:author', '-n', 'intruder'])
  const plane = world.environment.controlPlane
  const token = await plane.serviceAccountToken({ namespace: 'intruder', name: 'author' })
  const path = join(directory, 'kubeconfig')
  const text = kubeconfig({ url: plane.url, caPem: plane.caPem, token, namespace: 'intruder' })
  writeFileSync(path, text, { mode: 0o600 })
  const access = accessSource({ kubeconfig: path, env: {} })
  transport = new Transport({ access, clock: systemClock, random: Math.random })
  intruder = {
    tenants: new ResourceClient<ConnectorTenant>(transport, connectorTenant),
    secrets: new ResourceClient<Secret>(transport, secrets),
  }
}

const asks = (name: string, spec: { database: string } & Record<string, unknown>) =>
  intruder.tenants.create(world.tenant(name, spec, 'intruder') as ConnectorTenant, forever)

async function told(name: string, reason: string): Promise<string> {
  const tenant = await world.tenantIs(`intruder/${name}`, 'False', reason, deadlineMs)
  return findCondition(tenant.status?.conditions, 'Ready')?.message ?? ''
}

async function gotNothing(name: string): Promise<void> {
  expect(await world.secrets.get(`intruder/${name}-datalens`, forever)).toBeUndefined()
}

describe('with the right to write tenants alone', () => {
  test.each([
    ['get', 'secrets', 'intruder'],
    ['list', 'secrets', 'victim'],
    ['get', 'secrets', 'datalens'],
    ['create', 'secrets', 'intruder'],
    ['get', 'configmaps', 'datalens'],
    ['get', 'partnerkeys.lenskeeper.dev', 'datalens'],
    ['create', 'partnerkeys.lenskeeper.dev', 'intruder'],
    ['create', 'clickhouseconnections.lenskeeper.dev', 'intruder'],
    ['list', 'connectortenants.lenskeeper.dev', 'victim'],
    ['delete', 'connectortenants.lenskeeper.dev', 'victim'],
    ['patch', 'connectortenants.lenskeeper.dev/status', 'intruder'],
    ['approve', 'partnerkeys.lenskeeper.dev', 'datalens'],
    ['mint', 'partnerkeys.lenskeeper.dev', 'intruder'],
    ['create', 'serviceaccounts/token', 'lenskeeper-system'],
  ])('there is no %s of %s in %s', async (verb, resource, namespace) => {
    const [type = '', subresource = ''] = resource.split('/')
    const what = subresource === '' ? [type] : [type, `--subresource=${subresource}`]
    const ask = ['auth', 'can-i', verb, ...what, '-n', namespace, `--as=${account}`]
    const answer = await world.kubectl(ask).catch(String)
    expect(answer).not.toMatch(/^yes/)
  })

  test('a database of one’s own is to be had', async () => {
    await asks('own', { database: 'intruder__own' })
    await world.tenantIs('intruder/own', 'True', 'Ready', deadlineMs)
  })

  test('a name of another namespace is refused in the same words whether it exists or not', async () => {
    await asks('thief', { database: 'victim__one' })
    await asks('dreamer', { database: 'victim__none' })
    const words = await told('thief', 'DatabaseNameNotAllowed')
    expect(await told('dreamer', 'DatabaseNameNotAllowed')).toBe(
      words.replaceAll('victim__one', 'victim__none'),
    )
    await gotNothing('thief')
  })

  test('a name that is taken is refused without a word about who has it', async () => {
    await asks('rival', { database: 'shared_two' })
    const words = await told('rival', 'DatabaseOwnedElsewhere')
    expect(words).not.toMatch(/victim|two-|uuid/)
    await asks('finder', { database: 'shared_legacy' })
    await told('finder', 'DatabaseUnmarked')
    await gotNothing('rival')
    await gotNothing('finder')
  })

  test('a key that lets nobody in from here tells nothing about its server', async () => {
    const partnerKeyRef = { name: 'private', namespace: 'datalens' }
    await asks('outside-taken', { database: 'victim__one', partnerKeyRef })
    await asks('outside-free', { database: 'free_name', partnerKeyRef })
    expect(await told('outside-taken', 'NamespaceNotAllowed')).toBe(
      await told('outside-free', 'NamespaceNotAllowed'),
    )
    await gotNothing('outside-taken')
  })

  test('neither status nor what is fixed can be written', async () => {
    const status = { status: { database: { name: 'shared_two', uuid: 'x' } } }
    const write = [{ op: 'add', path: '/status/database', value: status.status.database }] as const
    await expect(intruder.tenants.patchStatus('intruder/rival', write, forever)).rejects.toMatchObject({
      code: 'forbidden',
    })
    const before = await world.tenants.get('intruder/rival', forever)
    await intruder.tenants.mergePatch('intruder/rival', status, forever)
    expect((await world.tenants.get('intruder/rival', forever))?.status).toEqual(before?.status)
    for (const spec of [{ database: 'victim__one' }, { partnerKeyRef: { name: 'private' } }])
      await expect(intruder.tenants.mergePatch('intruder/own', { spec }, forever)).rejects.toMatchObject({
        code: 'invalid',
      })
  })

  test.each(['rejected', 'recreate'])('the annotation %s is for others, by the policy', async name => {
    const patch = { metadata: { annotations: { [`lenskeeper.dev/${name}`]: 'shared_two' } } }
    await expect(intruder.tenants.mergePatch('intruder/rival', patch, forever)).rejects.toMatchObject({
      code: 'forbidden',
    })
  })

  test.each([
    'argocd.argoproj.io/instance',
    'kustomize.toolkit.fluxcd.io/name',
    'app.kubernetes.io/managed-by',
    'meta.helm.sh/release-name',
    'lenskeeper.dev/tenant',
  ])('the API server takes no %s for the Secret', async key => {
    for (const where of ['labels', 'annotations']) {
      const spec = { database: 'intruder__pruned', secret: { [where]: { [key]: 'x' } } }
      await expect(asks('pruned', spec)).rejects.toMatchObject({ code: 'invalid' })
    }
  })

  test('nor does the operator put there what makes tools copy it', async () => {
    const annotations = { 'reflector.v1.emberstack.com/reflection-allowed': 'true' }
    await asks('copied', { database: 'intruder__copied', secret: { annotations } })
    await told('copied', 'SecretMetadataNotAllowed')
    await gotNothing('copied')
  })

  test('no Secret of somebody’s is overwritten, read or removed by naming it', async () => {
    const data = encodeData({ password: 'hunter2' })
    await world.secrets.create({ metadata: { name: 'database', namespace: 'intruder' }, data }, forever)
    for (const name of ['database', 'own-datalens']) {
      const tenant = `grab-${name}`
      const database = `intruder__grab_${name.slice(0, 3)}`
      const before = await world.secrets.get(`intruder/${name}`, forever)
      await asks(tenant, { database, secret: { name } })
      await told(tenant, 'SecretConflict')
      await intruder.tenants.mergePatch(`intruder/${tenant}`, { spec: { secret: null } }, forever)
      await world.tenantIs(`intruder/${tenant}`, 'True', 'Ready', deadlineMs)
      await intruder.tenants.delete(`intruder/${tenant}`, {}, forever)
      await eventually(async () => !(await world.grants()).includes(database), { deadlineMs })
      expect(await world.secrets.get(`intruder/${name}`, forever)).toEqual(before)
    }
  })
})

/** Without the policy reserved-metadata what they forge reaches the operator; with it the API server refuses it. */
describe('with every right on the Secrets of the namespace', () => {
  const policies = deployFolder('policies/reserved-metadata')

  beforeAll(async () => {
    const role = ['role', 'secrets', '--verb=*', '--resource=secrets']
    await world.kubectl(['create', ...role, '-n', 'intruder'])
    const binding = ['rolebinding', 'secrets', '--role=secrets', '--serviceaccount=intruder:author']
    await world.kubectl(['create', ...binding, '-n', 'intruder'])
    await eventually(() => intruder.secrets.list({ namespace: 'intruder' }, forever), { deadlineMs })
  })

  /** Looks like a token Secret of ours, for a tenant of this namespace; by `owner` for one of another. */
  const forged = async (name: string, tenant: string, owner = `intruder/${tenant}`): Promise<Secret> => {
    const stolen = await world.secrets.get('victim/one-datalens', forever)
    return {
      type: 'lenskeeper.dev/connector-token',
      metadata: {
        name,
        namespace: 'intruder',
        labels: { ...stolen?.metadata.labels, 'lenskeeper.dev/tenant': tenant },
        annotations: { ...stolen?.metadata.annotations, 'lenskeeper.dev/owner': `ConnectorTenant/${owner}` },
      },
      data: stolen?.data ?? {},
    }
  }

  test('with the policy none of it can be said', async () => {
    await expect(
      forged('forged', 'own').then(secret => intruder.secrets.create(secret, forever)),
    ).rejects.toMatchObject({ code: 'forbidden' })
    const patch = { metadata: { annotations: { 'lenskeeper.dev/seal': 'x' } } }
    await expect(intruder.secrets.mergePatch('intruder/own-datalens', patch, forever)).rejects.toMatchObject({
      code: 'forbidden',
    })
  })

  describe('and without the policy', () => {
    beforeAll(async () => {
      await world.kubectl(['delete', '-k', policies])
      await eventually(
        async () => {
          await intruder.secrets.create(await forged('probe', 'nobody'), forever)
          return true
        },
        { deadlineMs },
      )
      await intruder.secrets.delete('intruder/probe', {}, forever)
    })

    test('a stolen token in one’s own Secret is replaced by one’s own', async () => {
      const { data = {} } = await forged('x', 'own')
      await intruder.secrets.mergePatch('intruder/own-datalens', { data }, forever)
      await eventually(
        async () => {
          const verdict = await world.judge('intruder', 'own-datalens')
          return verdict.ok && verdict.database === 'intruder__own'
        },
        { deadlineMs },
      )
    })

    test('a forged Secret gives no claim to a name, not even with the word that a loss is accepted', async () => {
      await intruder.secrets.create(await forged('rival-datalens', 'rival'), forever)
      const annotations = { 'lenskeeper.dev/recreate': 'shared_two', 'lenskeeper.dev/resync': '1' }
      await intruder.tenants.mergePatch('intruder/rival', { metadata: { annotations } }, forever)
      await asks('marker', { database: 'intruder__marker' })
      await world.tenantIs('intruder/marker', 'True', 'Ready', deadlineMs)
      await told('rival', 'DatabaseOwnedElsewhere')
      const mark = (await world.marks())['shared_two']
      expect(mark).toContain('tenant=victim/two state=owned')
    })

    test('a Secret that says it is another’s, or a key, is nobody’s', async () => {
      const secret = await forged('decoy', 'one', 'victim/one')
      const key = { ...secret, type: 'lenskeeper.dev/partner-key' }
      const labels = { ...secret.metadata.labels, 'lenskeeper.dev/partner-key': 'acme' }
      await intruder.secrets.create(secret, forever)
      await intruder.secrets.create(
        { ...key, metadata: { ...secret.metadata, name: 'acme-partner-v9', labels } },
        forever,
      )
      await asks('later', { database: 'intruder__later' })
      await world.tenantIs('intruder/later', 'True', 'Ready', deadlineMs)
      const found = await world.secrets.get('intruder/decoy', forever)
      expect(found?.data).toEqual(secret.data)
      const { status } = (await world.partnerKeys.get('datalens/acme', forever)) ?? {}
      expect(findCondition(status?.conditions, 'Ready')?.status).toBe('True')
      expect(status?.keys?.map(({ version }) => version)).not.toContain(9)
    })
  })
})

test('nothing of the victim’s was touched, and no token here opens what is not from here', async () => {
  for (const [name, database] of [
    ['one', 'victim__one'],
    ['two', 'shared_two'],
  ] as const) {
    await world.tenantIs(`victim/${name}`, 'True', 'Ready', deadlineMs)
    expect(await world.judge('victim', `${name}-datalens`)).toMatchObject({ ok: true, database })
    expect((await world.marks())[database]).toContain(`tenant=victim/${name} state=owned`)
    expect(await world.grants()).toContain(database)
  }
  const all = await world.secrets.list({ namespace: 'intruder' }, forever)
  const opened = await Promise.all(
    all
      .filter(({ metadata }) => metadata.ownerReferences !== undefined)
      .map(secret => world.judgeText(dataOf(secret, 'token') ?? '')),
  )
  const databases = opened.map(verdict => (verdict.ok ? verdict.database : verdict.error))
  expect(databases.length).toBeGreaterThan(2)
  expect(databases.filter(database => !database.startsWith('intruder__'))).toEqual([])
  expect(await world.sql("SELECT comment FROM system.databases WHERE name = 'shared_legacy'")).toEqual([['']])
})
