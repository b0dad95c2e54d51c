import { expect, test } from 'vitest'
import type { ConnectorTenant } from '../../src/api/connector-tenant.ts'
import { applyStep, type ApplyContext } from '../../src/connector-tenant/apply.ts'
import { aTenant } from '../builders/tenant-observed.ts'

const never = new AbortController().signal
const token = { pair: '1:1', fingerprint: 'f' }

interface Had {
  readonly status: object
  /** Whether its database was there. */
  readonly isMade?: boolean
}

/** Takes access away or gives it, while the API server has the tenant like this. @returns what was sent */
async function sent(
  kind: 'grantRead' | 'revokeRead',
  { status, isMade = true }: Had,
  live: object | undefined,
) {
  const built = aTenant().build()
  const tenant = { ...built.tenant, status } as ConnectorTenant
  const endpoints = built.endpoints.map(each => (isMade ? each : { ...each, database: undefined }))
  const seen = { ...built, tenant, endpoints }
  const calls: string[] = []
  const note =
    (name: string) =>
    (database: string): Promise<void> =>
      Promise.resolve(void calls.push(`${name} ${database}`))
  const server = { grantRead: note('grantRead'), revokeRead: note('revokeRead') }
  const found = live === undefined ? undefined : { ...tenant, metadata: { ...tenant.metadata, ...live } }
  const tenants = { get: () => Promise.resolve(found) }
  const context = { server, tenants } as unknown as ApplyContext
  const step = { kind, database: tenant.spec.database, reader: 'datalens', urls: [] } as const
  const error: unknown = await applyStep(step, seen, context, never).then(
    () => undefined,
    (reason: unknown) => reason,
  )
  return { calls: calls.length, code: (error as { readonly code?: string } | undefined)?.code }
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
