import { describe, expect, test } from 'vitest'
import { takeInventory } from '../../../../src/clickhouse-connection/departure/found/inventory.ts'
import { noUuid } from '../../../../src/tenancy/claim/endpoint.ts'
import { aConnection, answering, inventoryInput, mark, urls } from '../../../builders/connection-observed.ts'

describe('a database whose mark names a tenant that names another', () => {
  const departed = (uuidOf: string | undefined): number => {
    const view = answering(urls[0], { databases: { client_x: mark({ onDelete: 'Drop' }) } })
    return takeInventory({ ...inventoryInput(aConnection(), [view]), uuidOf: () => uuidOf }).departed.length
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
