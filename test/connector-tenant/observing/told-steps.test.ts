import { describe, expect, test } from 'vitest'
import { describeChanges } from '../../../src/connector-tenant/observing/describe.ts'
import { planTenant } from '../../../src/connector-tenant/plan.ts'
import { tellSteps } from '../../../src/connector-tenant/observing/told-steps.ts'
import {
  aTenant,
  comment,
  missing,
  testInstallation,
  type SeenBuilder,
} from '../../builders/tenant-observed.ts'

const granted = 'let DataLens read the database'
const withheld = 'no longer let DataLens read the database'

const cases: readonly (readonly [string, SeenBuilder, readonly string[]])[] = [
  [
    'a new tenant, each step once, however many endpoints it is for',
    aTenant().fresh(),
    [
      'create the database, empty, where it is missing',
      granted,
      'create the Secret with a new token for 1:1',
    ],
  ],
  [
    'a database that is missing on one endpoint',
    aTenant().endpoint(1, missing),
    ['create the database, empty, where it is missing', granted],
  ],
  [
    'one that comes back',
    aTenant().endpoint(0, comment({ state: 'retired', retiredAt: 1_700_000_000_000 })),
    ['mark the database as this tenant’s'],
  ],
  [
    'one that is to be kept',
    aTenant().endpoint(0, comment({ onDelete: 'Drop' })),
    ['bring the database’s mark up to date'],
  ],
  [
    'a refused one with Drop in its mark',
    aTenant()
      .key(key => ({ ...key, spec: { ...key.spec, tenants: { ...key.spec.tenants, databases: ['x'] } } }))
      .endpoint(0, comment({ onDelete: 'Drop' })),
    ['take Drop out of the database’s mark'],
  ],
  ['one that is withheld', aTenant().spec({ access: 'Withheld' }), [withheld]],
  ['one at rest', aTenant(), []],
]

describe('what a tenant’s author hears of', () => {
  test.each(cases)('%s', (_what, seen, told) => {
    const { steps } = planTenant(seen.build())
    expect(tellSteps(steps)).toEqual(told)
  })

  test.each(cases)('%s: no address, no reader, no installation, no statement', (_what, builder) => {
    const seen = builder.build()
    const { steps } = planTenant(seen)
    const hosts = seen.endpoints.map(({ url }) => new URL(url).host)
    const secret = [
      ...hosts,
      seen.connection?.spec.reader.user ?? '',
      testInstallation,
      'GRANT',
      'ALTER',
      'CREATE D',
    ]
    const text = tellSteps(steps).join('\n')
    expect(secret.filter(word => text.includes(word))).toEqual([])
    const log = describeChanges(steps).join('\n')
    if (steps.length > 0) expect(secret.some(word => log.includes(word))).toBe(true)
  })
})
