import { expect, test } from 'vitest'
import type { ConnectorTenant } from '../../src/api/connector-tenant.ts'
import { MarkLocks } from '../../src/clickhouse/locks/mark-locks.ts'
import { applyStep, type ApplyContext } from '../../src/connector-tenant/apply.ts'
import type { Step } from '../../src/connector-tenant/steps.ts'
import { encodeMark } from '../../src/tenancy/mark.ts'
import { aTenant, ourMark } from '../builders/tenant-observed.ts'

const never = new AbortController().signal
const token = { pair: '1:1', fingerprint: 'f' }

type Kind = 'grantRead' | 'revokeRead' | 'createDatabase' | 'mintToken' | WriteMark['why']
type WriteMark = Extract<Step, { readonly kind: 'writeMark' }>

interface Had {
  readonly status: object
  /** Whether its database was there: on both endpoints, on one, or on none. */
  readonly isMade?: boolean | 'once'
}

const mark = encodeMark(ourMark)
const url = 'http://127.0.0.1:1'

function stepOf(kind: Kind, database: string): Step {
  if (kind === 'grantRead' || kind === 'revokeRead') return { kind, database, reader: 'datalens', urls: [] }
  if (kind === 'createDatabase') return { kind, url, database, uuid: 'uuid', mark }
  if (kind === 'mintToken') return { kind, pair: { dataLens: 1, partner: 1 }, fingerprint: 'f' }
  return { kind: 'writeMark', url, database, mark: 'another', expected: mark, why: kind }
}

function world({ status, isMade = true }: Had) {
  const built = aTenant().build()
  const tenant = { ...built.tenant, status } as ConnectorTenant
  const { database } = tenant.spec
  const has = (at: number): boolean => (isMade === 'once' ? at === 0 : isMade)
  const endpoints = built.endpoints.map((each, at) => (has(at) ? each : { ...each, database: undefined }))
  const seen = { ...built, tenant, endpoints }
  let calls = 0
  const note = (): Promise<void> => Promise.resolve(void (calls += 1))
  const view = { url, ok: true, data: { databases: new Map([[database, { comment: mark }]]) } }
  const server = {
    grantRead: note,
    revokeRead: note,
    setComment: note,
    createDatabase: note,
    identityOf: () => 'server',
    latest: () => ({ endpoints: [view] }),
    readDatabase: () => Promise.resolve({ comment: mark }),
  }
  let found: ConnectorTenant | undefined = tenant
  const tenants = { get: () => Promise.resolve(found) }
  const locks = new MarkLocks()
  const context = { server, tenants, locks } as unknown as ApplyContext
  return {
    /** The API server has it like this from now on. */
    becomes: (live: object | undefined): void => {
      found = live === undefined ? undefined : { ...tenant, metadata: { ...tenant.metadata, ...live } }
    },
    /** Until it is called, others work on the same mark. */
    keepBusy: () => {
      const { promise, resolve } = Promise.withResolvers<void>()
      const expected = new Map([[url, mark]])
      return { end: resolve, ended: locks.run({ server, database, expected }, () => promise, never) }
    },
    /** @returns what was sent */
    send: async (kind: Kind) => {
      const error: unknown = await applyStep(stepOf(kind, database), seen, context, never).then(
        () => undefined,
        (reason: unknown) => reason,
      )
      return { calls, code: (error as { readonly code?: string } | undefined)?.code }
    },
  }
}

/** Does one step, while the API server has the tenant like this. @returns what was sent */
async function sent(kind: Kind, had: Had, live: object | undefined) {
  const { becomes, send } = world(had)
  becomes(live)
  return await send(kind)
}

const done = { calls: 1, code: undefined }
const stale = { calls: 0, code: 'stale' }

test.each<readonly [string, Had, object | undefined, typeof done | typeof stale]>([
  ['as it was seen', { status: { token } }, {}, done],
  ['edited since', { status: { token } }, { generation: 99 }, stale],
  ['made anew since', { status: { token } }, { uid: 'another' }, stale],
  ['on its way out', { status: { token } }, { deletionTimestamp: '2026-03-01T12:00:00Z' }, stale],
  ['gone', { status: { token } }, undefined, stale],
  ['gone, as is its database', { status: { token }, isMade: false }, undefined, stale],
  ['without a token by the cache, and is so', { status: {} }, {}, done],
  [
    'without a token by the cache, and was edited since: who led before may have made one',
    { status: {} },
    { generation: 99 },
    stale,
  ],
  [
    'new, with its database: it has nothing to lose, and a read more would cost each onboarding',
    { status: {}, isMade: false },
    undefined,
    done,
  ],
])('access of a tenant that is %s', async (_, had, live, expected) => {
  for (const kind of ['grantRead', 'revokeRead'] as const)
    expect(await sent(kind, had, live)).toEqual(expected)
})

const asks = { status: {} }

test.each<readonly [string, WriteMark['why'], object | undefined, typeof done | typeof stale]>([
  ['as its tenant asks for it', 'updateMark', {}, done],
  ['to drop the tables of a tenant that asks to keep them by now', 'updateMark', { generation: 99 }, stale],
  ['of a tenant that is gone', 'revive', undefined, stale],
  ['of a tenant that was made anew', 'adopt', { uid: 'another' }, stale],
  [
    'to keep the tables, of a tenant on its way out',
    'withdrawDrop',
    { deletionTimestamp: '2026-03-01T12:00:00Z' },
    done,
  ],
])('a mark that would be written %s', async (_, why, live, expected) => {
  expect(await sent(why, asks, live)).toEqual(expected)
})

const retains = { generation: 99 }

test.each<readonly [string, Had, object | undefined, typeof done | typeof stale]>([
  ['as its tenant asks for it', { status: { token }, isMade: 'once' }, {}, done],
  ['of a tenant that asks for another mark by now', { status: { token }, isMade: 'once' }, retains, stale],
  ['of a tenant that has gone', { status: { token }, isMade: 'once' }, undefined, stale],
  [
    'once more, as all were lost, of one that asks for another mark',
    { status: { token }, isMade: false },
    retains,
    stale,
  ],
  [
    'of a tenant without a token by the cache, that has one elsewhere',
    { status: {}, isMade: 'once' },
    retains,
    stale,
  ],
  ['of a new tenant: a read more would cost each onboarding', { status: {}, isMade: false }, undefined, done],
])('a database that is made on a replica, %s', async (_, had, live, expected) => {
  expect(await sent('createDatabase', had, live)).toEqual(expected)
})

test.each<Kind>(['updateMark', 'revive', 'adopt', 'restore', 'mintToken'])(
  '%s that waited for other work on the mark goes by what the tenant is by then',
  async kind => {
    const { becomes, keepBusy, send } = world({ status: { token } })
    const other = keepBusy()
    const sending = send(kind)
    becomes(undefined)
    other.end()
    await other.ended
    expect(await sending).toEqual(stale)
  },
)

test('a mark is not written for a tenant that is edited while it is read', async () => {
  const { becomes, send } = world({ status: { token } })
  const sending = send('updateMark')
  becomes(retains)
  expect(await sending).toEqual(stale)
})
