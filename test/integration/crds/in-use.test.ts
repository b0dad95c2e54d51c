import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import {
  connectorTenant,
  type ConnectorTenant,
  type ConnectorTenantStatus,
} from '../../../src/api/connector-tenant.ts'
import { kinds } from '../../../src/api/kinds.ts'
import { systemClock } from '../../../src/core/clock.ts'
import { accessSource } from '../../../src/kube/access/access-source.ts'
import { ResourceClient } from '../../../src/kube/objects/resource-client.ts'
import { Transport } from '../../../src/kube/call/transport.ts'
import { writeStatus } from '../../../src/kube/objects/write-status.ts'
import { adminKubeconfig, eventually, kubectl } from '../../cluster/cluster.ts'
import { type Kind, type Spec, smallest } from './cases.ts'
import { apiVersion, type Draft, draft, usePlace } from './place.ts'

const place = usePlace()

describe('defaults', () => {
  it.each<readonly [Kind, Spec]>([
    [
      'ClickHouseConnection',
      {
        allowHTTP: false,
        reader: { user: 'datalens', management: 'Managed', grants: 'Managed' },
        syncInterval: '1m',
        sweep: { grace: '10m', limit: 5 },
        dropAfter: '168h',
        inheritFrom: [],
        suspend: false,
      },
    ],
    [
      'PartnerKey',
      {
        connectionRef: { name: 'default' },
        tenants: { namespaces: { from: 'Same' }, allowDrop: false, assignments: [] },
        rollout: {
          paused: false,
          batch: { percent: 10, interval: '30s' },
          maxFailures: 1,
          progressDeadline: '10m',
        },
      },
    ],
    ['ConnectorTenant', { access: 'Granted', deletionPolicy: 'Retain', suspend: false }],
  ])('of the smallest %s', async (kind, defaults) => {
    const { body } = await place.create(draft(kind, {}))
    expect(body.spec).toEqual({ ...smallest[kind], ...defaults })
  })

  it.each<readonly [string, Kind, Spec, Spec]>([
    [
      'a CA’s key',
      'ClickHouseConnection',
      { tls: { caSecretRef: { name: 'a' } } },
      { tls: { caSecretRef: { name: 'a', key: 'ca.crt' } } },
    ],
    [
      'the rest of reader',
      'ClickHouseConnection',
      { reader: { grants: 'External' } },
      { reader: { user: 'datalens', management: 'Managed', grants: 'External' } },
    ],
    [
      'the rest of sweep',
      'ClickHouseConnection',
      { sweep: { limit: 9 } },
      { sweep: { limit: 9, grace: '10m' } },
    ],
    [
      'a brought key’s key',
      'PartnerKey',
      { privateKeySecretRef: { name: 'a' } },
      { privateKeySecretRef: { name: 'a', key: 'private.pem' } },
    ],
    [
      'the rest of tenants',
      'PartnerKey',
      { tenants: { allowDrop: true } },
      { tenants: { allowDrop: true, namespaces: { from: 'Same' }, assignments: [] } },
    ],
    [
      'the rest of a canary',
      'PartnerKey',
      { rollout: { canary: { selector: { matchLabels: { a: 'b' } } } } },
      {
        rollout: {
          canary: { selector: { matchLabels: { a: 'b' } }, soak: '10m', promotion: 'Auto' },
          batch: { percent: 10, interval: '30s' },
        },
      },
    ],
  ])('fill in %s', async (_name, kind, change, expected) => {
    const { body } = await place.create(draft(kind, change))
    expect(body.spec).toMatchObject(expected)
  })
})

describe('what people see', () => {
  it.each(kinds)('kubectl explain has a text for every field of $kind', async ({ kind, plural }) => {
    const answer = await place.create(draft(kind, {}))
    const fields = Object.keys(answer.body.spec as Spec)
    // The API server publishes the schema a little after the kind is established.
    await eventually(async () => {
      const text = await kubectl(['explain', `${plural}.spec`, `--api-version=${apiVersion}`])
      for (const field of fields) {
        expect(text).toMatch(new RegExp(`^  ${field}\\t<.*>.*\\n(  enum: .*\\n)?    \\S`, 'm'))
      }
      return true
    })
  })

  const said = (type: string, status: string, reason: string) => {
    return { type, status, reason, message: '', lastTransitionTime: '2026-01-01T00:00:00Z' }
  }
  const conditions = [
    said('Ready', 'True', 'Ready'),
    said('ReaderVerified', 'False', 'ReaderPasswordUnknown'),
    said('SweepHeld', 'True', 'SweepHeld'),
    said('StatementsRefused', 'True', 'StatementsRefused'),
    said('Minting', 'False', 'KeyLost'),
  ]
  it.each<readonly [Kind, string, object, readonly string[]]>([
    [
      'ClickHouseConnection',
      'chconn',
      {
        reachableEndpoints: '3/3',
        serverVersion: '26.7.2.1',
        reader: { user: 'datalens' },
        databaseCount: 300,
        orphans: { databases: 0, grants: 0 },
      },
      [
        'NAME ENDPOINTS VERIFIED SWEEP STATEMENTS READY REASON AGE',
        'shown 3/3 ReaderPasswordUnknown SweepHeld StatementsRefused True Ready',
      ],
    ],
    [
      'PartnerKey',
      'pkey',
      {
        current: '1:1',
        target: '1:2',
        rollout: {
          phase: 'Rolling',
          progress: '120/300',
          updated: 120,
          total: 300,
          failed: 0,
          skipped: 0,
          admittedPermille: 400,
        },
      },
      ['NAME TARGET PHASE UPDATED MINTING READY REASON AGE', 'shown 1:2 Rolling 120/300 KeyLost True Ready'],
    ],
    [
      'ConnectorTenant',
      'ctenant',
      { token: { pair: '1:2', secretName: 'shown-datalens', mintedAt: '2026-01-01T00:00:00Z' } },
      ['NAME DATABASE KEY DL:PK READY REASON AGE', 'shown client_1 acme 1:2 True Ready'],
    ],
  ])('kubectl get %s', async (kind, shortName, status, [head, row = '']) => {
    const created = await place.create(draft(kind, {}, 'shown'), 'fieldValidation=Strict')
    const { metadata } = created.body as unknown as Draft
    const body = { apiVersion, ...draft(kind, {}), metadata, status: { ...status, conditions } }
    const written = await place.ask('PUT', kind, '/shown/status?fieldValidation=Strict', body)
    expect(written).toMatchObject({ status: 200, body: { status } })
    const lines = (await kubectl(['get', shortName, '-n', place.namespace, 'shown'])).trim().split('\n')
    const [shownHead, shownRow = ''] = lines.map(line => line.trim().split(/\s+/).join(' '))
    expect(shownHead).toBe(head)
    expect(shownRow).toMatch(new RegExp(`^${row} \\d+s$`))
    expect(await kubectl(['get', 'lenskeeper', '-n', place.namespace, '-o', 'name'])).toContain(`/shown`)
  })

  it('tenants can be selected by key and by database', async () => {
    await place.create(draft('ConnectorTenant', { database: 'mine' }, 'mine'), '')
    await place.create(draft('ConnectorTenant', { partnerKeyRef: { name: 'other' } }, 'others'), '')
    const select = (selector: string) =>
      kubectl(['get', 'ctenant', '-n', place.namespace, '-o', 'name', `--field-selector=${selector}`])
    expect(await select('spec.database=mine')).toBe('connectortenant.lenskeeper.dev/mine\n')
    expect(await select('spec.partnerKeyRef.name=other')).toBe('connectortenant.lenskeeper.dev/others\n')
  })
})

/** What kstatus takes for an object that nobody has looked at. */
const unseen = { observedGeneration: -1 }

describe('status', () => {
  it.each(kinds)('of a new $kind says that nobody has looked at it yet', async ({ kind }) => {
    const { body } = await place.create(draft(kind, {}, 'new'), '')
    expect(body).toMatchObject({ status: unseen })
  })

  it('takes each condition once', async () => {
    const created = await place.create(draft('PartnerKey', {}, 'twice'), '')
    const condition = {
      type: 'Ready',
      status: 'True',
      reason: 'Ready',
      message: '',
      lastTransitionTime: '2026-01-01T00:00:00Z',
    }
    const body = { ...created.body, status: { conditions: [condition, condition] } }
    const answer = await place.ask('PUT', 'PartnerKey', '/twice/status', body)
    expect(answer.status).toBe(422)
    expect(answer.body.message).toContain('Duplicate value')
  })

  it('cannot be used to change the spec, nor the spec to change it', async () => {
    const created = await place.create(
      Object.assign(draft('PartnerKey', {}, 'apart'), { status: { current: '9:9' } }),
      '',
    )
    expect(created.body).toMatchObject({ status: unseen })
    const body = { ...created.body, spec: { keyVersion: 7 }, status: { current: '1:1' } }
    const answer = await place.ask('PUT', 'PartnerKey', '/apart/status', body)
    expect(answer.body).toMatchObject({ spec: { keyVersion: 1 }, status: { current: '1:1' } })
  })

  describe('written for an object that was looked at a while ago', () => {
    const signal = new AbortController().signal
    const store = { noteWrite: () => undefined }
    let transport: Transport
    let client: ResourceClient<ConnectorTenant>
    beforeAll(() => {
      const access = accessSource({ kubeconfig: adminKubeconfig(), env: {} })
      transport = new Transport({ access, clock: systemClock, random: Math.random })
      client = new ResourceClient<ConnectorTenant>(transport, connectorTenant)
    })
    afterAll(() => transport.close())

    const made = async (name: string, database: string): Promise<ConnectorTenant> => {
      const spec = { partnerKeyRef: { name: 'acme' }, database } as ConnectorTenant['spec']
      return await client.create({ metadata: { name, namespace: place.namespace }, spec }, signal)
    }
    const write = (object: ConnectorTenant, status: ConnectorTenantStatus) =>
      writeStatus(object, status, { client, store }, signal)
    const now = async (name: string) => await client.get(`${place.namespace}/${name}`, signal)

    it('stands, also where the spec was changed in the meantime', async () => {
      const seen = await made('edited', 'edited')
      await client.mergePatch(`${place.namespace}/edited`, { spec: { access: 'Withheld' } }, signal)
      expect(await write(seen, { observedGeneration: 1 })).toBe(true)
      expect(await now('edited')).toMatchObject({
        spec: { access: 'Withheld' },
        status: { observedGeneration: 1 },
      })
    })

    it('is not put on another one that was made under its name', async () => {
      const seen = await made('anew', 'former')
      await client.delete(`${place.namespace}/anew`, {}, signal)
      const other = await made('anew', 'latter')
      const database = { name: 'former', uuid: '1' }
      await expect(write(seen, { database })).rejects.toMatchObject({ code: 'conflict' })
      expect(await now('anew')).toEqual(other)
    })

    it('is a 404 where there is none any more', async () => {
      const seen = await made('gone', 'gone')
      await client.delete(`${place.namespace}/gone`, {}, signal)
      await expect(write(seen, { observedGeneration: 1 })).rejects.toMatchObject({ code: 'notFound' })
    })

    it('is a conflict where the status that it starts from was taken away', async () => {
      const first = await made('emptied', 'emptied')
      await write(first, { database: { name: 'emptied', uuid: '1' } })
      const seen = (await now('emptied')) ?? first
      await client.patchStatus(`${place.namespace}/emptied`, [{ op: 'remove', path: '/status' }], signal)
      const changed = { database: { name: 'emptied', uuid: '2' } }
      await expect(write(seen, changed)).rejects.toMatchObject({ code: 'conflict' })
      expect((await now('emptied'))?.status).toEqual(unseen)
    })

    it('is refused as what it is where the CRD does not allow it', async () => {
      const seen = await made('wrong', 'wrong')
      const wrong = { observedGeneration: 'one' } as unknown as ConnectorTenantStatus
      await expect(write(seen, wrong)).rejects.toMatchObject({ code: 'invalid' })
    })
  })
})
