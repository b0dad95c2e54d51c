import { expect, test } from 'vitest'
import type { ConnectorTenant } from '../../src/api/connector-tenant.ts'
import { MarkLocks } from '../../src/clickhouse/locks/mark-locks.ts'
import { applyStep, type ApplyContext } from '../../src/connector-tenant/apply.ts'
import type { Step } from '../../src/connector-tenant/steps.ts'
import { aTenant } from '../builders/tenant-observed.ts'

const never = new AbortController().signal
const token = { pair: '1:1', fingerprint: 'f' }

type WriteMark = Extract<Step, { readonly kind: 'writeMark' }>

interface Had {
  readonly status: object
  /** Whether its database was there. */
  readonly isMade?: boolean
}

const mark = 'the mark that was seen'

function stepOf(kind: 'grantRead' | 'revokeRead' | WriteMark['why'], database: string): Step {
  if (kind === 'grantRead' || kind === 'revokeRead') return { kind, database, reader: 'datalens', urls: [] }
  return {
    kind: 'writeMark',
    url: 'http://127.0.0.1:1',
    database,
    mark: 'another',
    expected: mark,
    why: kind,
  }
}

/** Does one step, while the API server has the tenant like this. @returns what was sent */
async function sent(
  kind: Parameters<typeof stepOf>[0],
  { status, isMade = true }: Had,
  live: object | undefined,
) {
  const built = aTenant().build()
  const tenant = { ...built.tenant, status } as ConnectorTenant
  const endpoints = built.endpoints.map(each => (isMade ? each : { ...each, database: undefined }))
  const seen = { ...built, tenant, endpoints }
  let calls = 0
  const note = (): Promise<void> => Promise.resolve(void (calls += 1))
  const server = {
    grantRead: note,
    revokeRead: note,
    setComment: note,
    identityOf: () => 'server',
    readDatabase: () => Promise.resolve({ comment: mark }),
  }
  const found = live === undefined ? undefined : { ...tenant, metadata: { ...tenant.metadata, ...live } }
  const tenants = { get: () => Promise.resolve(found) }
  const context = { server, tenants, locks: new MarkLocks() } as unknown as ApplyContext
  const error: unknown = await applyStep(stepOf(kind, tenant.spec.database), seen, context, never).then(
    () => undefined,
    (reason: unknown) => reason,
  )
  return { calls, code: (error as { readonly code?: string } | undefined)?.code }
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
