/** Tries each tenant's token as DataLens would, and so checks what the demo promises. */
import type { ConnectorTenant } from '../../api/connector-tenant.ts'
import { tokenSecretName } from '../../api/names.ts'
import { beside, keyOf } from '../../api/object.ts'
import type { Connector } from '../../sandbox/connector/connector.ts'
import type { Chain, Expected } from '../chain/chain.ts'
import { readyOf } from '../chain/chain-cluster.ts'
import { internalTable, tenantTable } from '../chain/clickhouse.ts'

/** One line of the table. */
export interface Row {
  readonly tenant: string
  readonly database: string
  readonly keys: string
  readonly token: string
  readonly rows: string
  readonly others: string
  /** Why there is nothing to show, from the tenant's own status. */
  readonly note?: string
  /** Which checks did not hold. */
  readonly problems: readonly string[]
  /** How many things were checked. */
  readonly checks: number
}

export async function checkTenant(
  { tenant, rows }: Expected,
  { cluster, connector }: Pick<Chain, 'cluster' | 'connector'>,
  signal: AbortSignal,
): Promise<Row> {
  const secretKey = beside(tenant, tokenSecretName(tenant))
  const token = (await cluster.secret(secretKey, signal))?.['token']
  if (rows === undefined) return refusedRow(tenant, token)
  if (token === undefined) {
    return emptyRow(tenant, {
      token: 'none',
      problems: [`there is no token in Secret ${secretKey}`],
      checks: 1,
    })
  }
  return await openedRow(tenant, { token, rows, connector }, signal)
}

function refusedRow(tenant: ConnectorTenant, token: string | undefined): Row {
  const ready = readyOf(tenant)
  const note = `${ready?.reason ?? 'no condition'}: ${ready?.message ?? ''}`
  const problems = [
    ...(token === undefined ? [] : ['it was to be refused and has a token']),
    ...(ready?.reason === 'NamespaceNotAllowed' ? [] : [`it was to be refused by NamespaceNotAllowed`]),
  ]
  return emptyRow(tenant, { token: 'none', note, problems, checks: 2 })
}

function emptyRow(
  tenant: ConnectorTenant,
  rest: Pick<Row, 'token' | 'problems' | 'checks'> & { readonly note?: string },
): Row {
  const none = { keys: '–', rows: '–', others: '–' }
  return { tenant: keyOf(tenant), database: tenant.spec.database, ...none, ...rest }
}

interface Trial {
  readonly token: string
  readonly rows: number
  readonly connector: Connector
}

async function openedRow(tenant: ConnectorTenant, trial: Trial, signal: AbortSignal): Promise<Row> {
  const answer = trial.connector.connect(trial.token)
  if (answer.status !== 200) {
    const refused = `${answer.status} ${answer.message}`
    return emptyRow(tenant, { token: refused, problems: [`DataLens refuses it: ${answer.code}`], checks: 1 })
  }
  const { connection, pair } = answer
  const { database } = tenant.spec
  try {
    const tables = await connection.tables(signal)
    const read = await connection.countRows(tenantTable, signal)
    const refused = await connection.isRefused(internalTable, signal)
    const tampered = trial.connector.connect(tamper(trial.token)).status
    const problems = [
      ...(connection.database === database ? [] : [`its token opens ${connection.database}`]),
      ...(pair === tenant.status?.token?.pair ? [] : [`its status names other key versions than ${pair}`]),
      ...(tables.join() === tenantTable
        ? []
        : [`DataLens is shown the tables ${tables.join(', ') || '(none)'}`]),
      ...(read === trial.rows ? [] : [`the reader reads ${read} rows instead of ${trial.rows}`]),
      ...(refused ? [] : [`the reader may read ${internalTable.database}`]),
      ...(tampered === 400 ? [] : [`with one character changed it is answered with ${tampered}`]),
    ]
    const others = refused ? 'refused' : 'OPEN'
    const row = { keys: pair, token: 'accepted', rows: String(read), others, problems, checks: 7 }
    return { tenant: keyOf(tenant), database: connection.database, ...row }
  } finally {
    await connection.close()
  }
}

/** The same token with one character of its signature changed. */
function tamper(token: string): string {
  const at = token.lastIndexOf(':') + 10
  return `${token.slice(0, at)}${token[at] === 'A' ? 'B' : 'A'}${token.slice(at + 1)}`
}
