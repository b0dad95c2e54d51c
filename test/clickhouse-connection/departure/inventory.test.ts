import { describe, expect, test } from 'vitest'
import { takeCensus } from '../../../src/clickhouse-connection/departure/inventory.ts'
import { Departures } from '../../../src/clickhouse-connection/memory.ts'
import { noUuid } from '../../../src/tenancy/claim/endpoint.ts'
import { aConnection, answering, censusInput, mark, urls } from '../../builders/connection-observed.ts'

describe('a database whose mark names a tenant that names another', () => {
  const departed = (uuidOf: string | undefined): number => {
    const view = answering(urls[0], { databases: { client_x: mark({ onDelete: 'Drop' }) } })
    return takeCensus({ ...censusInput(aConnection(), [view]), uuidOf: () => uuidOf }).departed.length
  }

  test('is left behind', () => {
    expect(departed(undefined)).toBe(1)
    expect(departed('uuid of client_1')).toBe(1)
    expect(departed(noUuid)).toBe(1)
  })

  test('was renamed by hand if it is the very one that the tenant has, and then nobody is gone', () => {
    expect(departed('uuid of client_x')).toBe(0)
  })
})

test('a departure that turned out to be none begins its grace anew', () => {
  const departures = new Departures()
  const acme = { namespace: 'tenants', name: 'acme', database: 'client_1' }
  const at = (elapsed: number) => ({ elapsed, complete: true, lives: () => false })
  departures.note(acme, 50)
  expect(departures.update([acme], at(60))).toEqual([{ ...acme, since: 50, noted: true }])
  departures.doubt(acme)
  expect(departures.update([acme], at(70))).toEqual([{ ...acme, since: 70, noted: false }])
})
