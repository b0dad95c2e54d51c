import { expect, test } from 'vitest'
import type { ClickHouseConnection } from '../../../src/api/clickhouse-connection.ts'
import type { ConnectionsInSight } from '../../../src/clickhouse/sharing/ways.ts'
import { isAlone, otherWays } from '../../../src/clickhouse/sharing/ways.ts'
import type { Snapshot } from '../../../src/clickhouse/catalog/snapshot.ts'
import type { Server } from '../../../src/clickhouse/server.ts'
import { aConnection, answering, down } from '../../builders/connection-observed.ts'

const url = 'http://ch1.example.com:8123'
const self = 'datalens/self'

const named = (name: string): ClickHouseConnection => ({
  ...aConnection({ endpoints: [url] }),
  metadata: { namespace: 'datalens', name, uid: name },
})
const snapshot = (databases: Readonly<Record<string, string>> | undefined): Snapshot =>
  ({
    endpoints: [databases === undefined ? down(url) : answering(url, { databases })],
  }) as unknown as Snapshot

/** What is in the caches, for a test to change. */
function caches(...connections: ClickHouseConnection[]) {
  const latest = new Map<string, Snapshot>()
  const from: ConnectionsInSight = {
    connections: {
      get size() {
        return connections.length
      },
      list: () => [...connections],
      has: () => true,
    },
    fleet: { get: key => ({ latest: () => latest.get(key) }) as Server },
  }
  return { from, latest, connections }
}

test('ways are made out once, however many tenants ask', () => {
  const { from, latest } = caches(named('self'), named('a'), named('b'))
  latest.set('datalens/a', snapshot({ client_1: '' }))
  const first = otherWays(self, from)
  const again = otherWays(self, from)
  expect(first).toHaveLength(2)
  expect(again.every((way, at) => way === first[at])).toBe(true)
})

test('a new look is seen at once, and so is a new status', () => {
  const { from, latest, connections } = caches(named('self'), named('a'))
  const databases = () => otherWays(self, from)[0]?.endpoints[0]?.view?.data.databases
  expect(databases()).toBeUndefined()
  latest.set('datalens/a', snapshot({ client_1: '' }))
  expect(databases()?.has('client_1')).toBe(true)
  latest.set('datalens/a', snapshot({ client_2: '' }))
  expect(databases()?.has('client_1')).toBe(false)
  latest.set('datalens/a', snapshot(undefined))
  expect(databases()).toBeUndefined()
  connections[1] = { ...named('a'), status: { observedGeneration: 1, firstOn: ['its'] } }
  expect(otherWays(self, from)[0]).toMatchObject({ isTried: true, firstOn: new Set(['its']) })
})

test('who is alone has no others', () => {
  const { from } = caches(named('self'))
  expect([isAlone(from), otherWays(self, from)]).toEqual([true, []])
})
