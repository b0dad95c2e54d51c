import { describe, expect, test } from 'vitest'
import type { ConnectorTenantReason } from '../../../src/api/reasons.ts'
import { purposeOfLook, type Known } from '../../../src/connector-tenant/look/freshness.ts'
import type { Observed } from '../../../src/connector-tenant/observed.ts'
import type { PartnerKey } from '../../../src/api/partner-key.ts'
import { aTenant, comment, unreachable, type SeenBuilder } from '../../builders/tenant-observed.ts'

const unread = (seen: SeenBuilder): Known => {
  const { endpoints: _none, ...known } = seen.build()
  return known
}

const tenants = (over: Partial<PartnerKey['spec']['tenants']>) => (key: PartnerKey) => ({
  ...key,
  spec: { ...key.spec, tenants: { ...key.spec.tenants, ...over } },
})

const told =
  (reason: ConnectorTenantReason) =>
  ({ tenant, ...seen }: Observed): Observed => ({
    ...seen,
    tenant: {
      ...tenant,
      metadata: { ...tenant.metadata, generation: 2 },
      status: {
        conditions: [
          {
            type: 'Ready',
            status: 'False',
            reason,
            message: '',
            lastTransitionTime: '2026-01-01T00:00:00Z',
            observedGeneration: 1,
          },
        ],
      },
    },
  })

const fresh = aTenant().fresh()
const refusals: readonly (readonly [string, SeenBuilder])[] = [
  ['there is no PartnerKey', fresh.with({ partnerKey: undefined })],
  ['its namespace is not allowed', fresh.key(tenants({ namespaces: { from: 'Same' } }))],
  ['its name is not allowed', fresh.key(tenants({ databases: ['other_*'] }))],
  ['Drop is not allowed', fresh.spec({ deletionPolicy: 'Drop', confirmDrop: 'client_1' })],
  [
    'its Secret’s labels are not allowed',
    fresh.with({ shape: { ...fresh.build().shape, labels: { 'example.com/x': 'y' } } }),
  ],
  ['it is suspended', fresh.spec({ suspend: true })],
  ['it is being deleted', fresh.metadata({ deletionTimestamp: '2026-01-01T00:00:00Z' })],
  ['its keys were not looked at yet', fresh.with({ ring: undefined })],
]

describe('the server is not asked for a tenant', () => {
  test.each(refusals)('if %s, also when nothing is known of the server', (_why, seen) => {
    expect(purposeOfLook(unread(seen))).toBe('nothing')
    expect(purposeOfLook(seen.build())).toBe('nothing')
  })

  test.each<readonly [string, SeenBuilder]>([
    ['its connection is suspended', fresh.connection({ suspend: true })],
    ['its connection is not there', fresh.with({ connection: undefined })],
    ['every endpoint is away', fresh.endpoint(0, unreachable).endpoint(1, unreachable)],
    ['it rests', aTenant()],
  ])('if %s, by what is known', (_why, seen) => {
    expect(purposeOfLook(seen.build())).toBe('nothing')
  })
})

const taken = fresh.endpoint(0, comment({ name: 'other' }))

describe('a deed needs a fresh look: the tenant', () => {
  test.each<readonly [string, Known]>([
    ['is let in, and nothing is known of the server', unread(fresh)],
    ['is about to get its database', fresh.build()],
    ['is to get a token of another pair', aTenant().holding('1:2').build()],
  ])('%s', (_what, known) => {
    expect(purposeOfLook(known)).toBe('deed')
  })
})

describe('words may be news: the tenant', () => {
  test.each<readonly [string, Known]>([
    ['finds its name taken for the first time', taken.build()],
    ['was told something else before', told('DatabaseUnmarked')(taken.build())],
    ['was suspended in between', told('Suspended')(taken.build())],
    ['is observed, and would get its database', fresh.with({ observing: true }).build()],
    [
      'is refused, and Drop is still in its mark',
      aTenant()
        .key(tenants({ databases: ['other_*'] }))
        .holding('1:2')
        .endpoint(0, comment({ onDelete: 'Drop' }))
        .build(),
    ],
  ])('%s', (_what, known) => {
    expect(purposeOfLook(known)).toBe('news')
  })
})

describe('words are heard again: the tenant', () => {
  test.each<readonly [string, Known]>([
    ['was told so before, also after an edit', told('DatabaseOwnedElsewhere')(taken.build())],
    [
      'waits for a key, and nothing is to be done',
      aTenant()
        .with({ secret: undefined, ring: { partner: new Map(), dataLens: new Map() } })
        .build(),
    ],
  ])('%s', (_what, known) => {
    expect(purposeOfLook(known)).toBe('again')
  })
})
