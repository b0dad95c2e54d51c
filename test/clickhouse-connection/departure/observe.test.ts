import { expect, test } from 'vitest'
import { newDepartureMemory, noteMissing } from '../../../src/clickhouse-connection/departure/memory.ts'
import { observeDepartures } from '../../../src/clickhouse-connection/departure/observe.ts'
import type { EndpointView } from '../../../src/clickhouse/catalog/snapshot.ts'
import {
  aConnection,
  answering,
  down,
  installation,
  mark,
  now,
  urls,
} from '../../builders/connection-observed.ts'

const second = 1_000
const retired = { client_1: mark({ state: 'retired', retiredAt: now, connection: 'datalens/default' }) }
const here = urls.map(url => answering(url, { databases: retired }))
const partlyAway = [answering(urls[0], {}), down(urls[1])]
const allAway = urls.map(url => down(url))

const from = {
  connections: { size: 1, list: () => [], has: () => true },
  fleet: { get: () => undefined },
  tenants: { get: () => undefined, byIndex: () => [] },
  partnerKeys: { get: () => undefined },
  namespaces: undefined,
  installation,
  watches: () => true,
}

/** A tenant that protects a retired database is lacking in a list at 0. Then one look follows the other. */
const courses: readonly (readonly [
  string,
  readonly (readonly [number, readonly EndpointView[]])[],
  boolean,
])[] = [
  ['in the grace', [[5, here]], true],
  ['after the grace', [[11, here]], false],
  [
    'after a look with one endpoint away',
    [
      [5, partlyAway],
      [6, here],
    ],
    true,
  ],
  [
    'after a look that nobody answered',
    [
      [5, allAway],
      [6, here],
    ],
    true,
  ],
  [
    'after such looks and the grace',
    [
      [5, allAway],
      [6, partlyAway],
      [11, here],
    ],
    false,
  ],
  [
    'after a look before it was retired',
    [
      [5, urls.map(url => answering(url))],
      [6, here],
    ],
    true,
  ],
]

test.each(courses)('a retired database %s', (_when, looks, expected) => {
  const memory = newDepartureMemory()
  const protector = { namespace: 'tenants', name: 'other', database: 'client_1' }
  noteMissing(protector, memory, { elapsed: 0, most: 10 })
  const connection = aConnection({ sweep: { grace: '10s', limit: 20 } })
  const told = looks.map(([at, endpoints]) =>
    observeDepartures({ connection, endpoints, firstOn: new Set(), elapsed: at * second, now }, memory, from),
  )
  expect(told.at(-1)?.unemptied.map(({ database }) => database)).toEqual(['client_1', 'client_1'])
  expect(told.at(-1)?.claimed.has('client_1')).toBe(expected)
})
