import { describe, expect, test } from 'vitest'
import type { ClickHouseConnection } from '../../../../src/api/clickhouse-connection.ts'
import { connectionFigures } from '../../../../src/operator/kinds/figures/connection-figures.ts'
import { builtConnection } from '../../../builders/connection.ts'

type Status = NonNullable<ClickHouseConnection['status']>

const at = '2026-01-02T00:00:00Z'

function connection(name: string, status?: Status): ClickHouseConnection {
  const one = builtConnection()
  const named = { ...one, metadata: { ...one.metadata, namespace: 'datalens', name } }
  return status === undefined ? named : { ...named, status }
}

function figuresOf(
  connections: readonly ClickHouseConnection[],
  known: { synced?: number; ends?: number } = {},
) {
  return connectionFigures({
    connections: { list: () => [...connections] },
    fleet: { get: () => ({ certificatesEndAt: known.ends }) as never },
    syncedAt: () => known.synced,
  })
}

const condition = (type: 'Ready' | 'SweepHeld', status: 'True' | 'False') =>
  ({ type, status, reason: 'Ready', message: '', lastTransitionTime: at }) as const

describe('a connection', () => {
  test('that was never looked at is not ready, and nothing is made up for it', () => {
    const { told, leftOut } = figuresOf([connection('new')])
    expect(leftOut).toBe(0)
    expect([...told]).toEqual([
      {
        connection: 'datalens/new',
        isReady: false,
        held: { access: 0, tables: 0 },
        orphans: undefined,
        syncedAt: undefined,
        syncSeconds: 60,
        certificatesEndAt: undefined,
      },
    ])
  })

  test('tells what waits for a person, over all confirmations, and what nobody declares', () => {
    const held = (takes: 'Access' | 'Tables', count: number, confirm: string) =>
      ({ takes, count, confirm, since: at }) as const
    const status: Status = {
      conditions: [condition('Ready', 'True'), condition('SweepHeld', 'True')],
      held: [held('Access', 3, 'a'), held('Access', 4, 'b'), held('Tables', 5, 'c')],
      orphans: { databases: 2, grants: 1 },
    }
    const { told } = figuresOf([connection('c', status)], { synced: 1_500, ends: 90_000 })
    expect([...told]).toEqual([
      {
        connection: 'datalens/c',
        isReady: true,
        held: { access: 7, tables: 5 },
        orphans: { databases: 2, grants: 1 },
        syncedAt: 1.5,
        syncSeconds: 60,
        certificatesEndAt: 90,
      },
    ])
  })

  test('is one of at most 250 that are told of', () => {
    const many = Array.from({ length: 300 }, (_, at) => connection(`c${at}`))
    const { told, leftOut } = figuresOf(many)
    expect([[...told].length, leftOut]).toEqual([250, 50])
  })
})
