import { describe, expect, test } from 'vitest'
import { statementsFor } from '../../../src/cli/state/held-statements.ts'
import { toldDeeds } from '../../../src/connector-tenant/observing/told-steps.ts'
import { readyConnection } from '../../builders/connection.ts'
import { builtTenant } from '../../builders/tenant.ts'

const connection = readyConnection({ spec: { endpoints: ['https://ch1:8443', 'https://ch2:8443'] } })
const tenant = builtTenant({
  spec: { deletionPolicy: 'Drop', confirmDrop: 'client_1' },
  status: { database: { name: 'client_1', uuid: '0b000000-0000-4000-8000-000000000001' } },
})
const where = 'on ch1:8443, ch2:8443, where it is needed: '
const marked = (onDelete: string): string =>
  `'lenskeeper/v1 installation=… tenant=tenants/acme state=owned onDelete=${onDelete}'`

describe('the statements behind a plan', () => {
  test.each([
    [
      toldDeeds.create,
      `CREATE DATABASE \`client_1\` UUID '0b000000-0000-4000-8000-000000000001' ENGINE = Atomic COMMENT ${marked('Drop')}`,
    ],
    [toldDeeds.mark, `ALTER DATABASE \`client_1\` MODIFY COMMENT ${marked('Drop')}`],
    [toldDeeds.updateMark, `ALTER DATABASE \`client_1\` MODIFY COMMENT ${marked('Drop')}`],
    [toldDeeds.withdrawDrop, `ALTER DATABASE \`client_1\` MODIFY COMMENT ${marked('Retain')}`],
    [toldDeeds.grantRead, 'GRANT SELECT ON `client_1`.* TO `datalens`'],
    [toldDeeds.revokeRead, 'REVOKE SELECT ON `client_1`.* FROM `datalens`'],
  ])('%s', (planned, sql) => {
    expect(statementsFor({ tenant, connection })(planned)).toBe(`${where}${sql}`)
  })

  test('a database that is still to be made has no uuid yet', () => {
    const statement = statementsFor({ tenant: builtTenant(), connection })(toldDeeds.create)
    expect(statement).toContain("UUID '…'")
  })

  test('a write to Kubernetes has none', () => {
    expect(
      statementsFor({ tenant, connection })('create the Secret with a new token for 1:1'),
    ).toBeUndefined()
  })

  test.each(['forbidden', undefined] as const)('who may not read the connection (%s) sees none', unseen => {
    for (const planned of Object.values(toldDeeds))
      expect(statementsFor({ tenant, connection: unseen })(planned)).toBeUndefined()
  })
})
