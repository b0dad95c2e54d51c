/** Whether the operator's account has the rights that it needs. */
import { readRights } from '../catalog/catalog.ts'
import type { Endpoint } from '../endpoint/endpoint.ts'
import type { Scope } from '../scope.ts'
import type { Server } from '../server.ts'
import { rightText } from '../statements.ts'
import { accountRights, type AccountRequest, type AccountRight } from './operator-account.ts'
import { readerRights, type GrantRow } from '../catalog/reader-rights.ts'

/** One right of the account, and whether it has it. */
export interface CheckedRight extends AccountRight {
  readonly held: boolean
  /** The account that was asked about. */
  readonly username: string
}

/** What the account is to be able to do; the reader is the server's. */
export type CheckRequest = Omit<AccountRequest, 'readerUser'>

export interface AccountQuestion {
  /** Which replica. */
  readonly url: string
  readonly request: CheckRequest
}

/**
 * Asks the server, right by right, whether the operator's account has it.
 *
 * @throws ClickHouseError; `syntax` from a server older than 24.10
 */
export async function checkAccount(
  server: Server,
  { url, request }: AccountQuestion,
  signal: AbortSignal,
): Promise<readonly CheckedRight[]> {
  const wanted = accountRights({ ...request, readerUser: server.readerUser })
  return await server.ask(url, endpoint => checkRights(endpoint, wanted, signal))
}

async function checkRights(
  endpoint: Endpoint,
  wanted: readonly AccountRight[],
  signal: AbortSignal,
): Promise<readonly CheckedRight[]> {
  const { grants, roles } = await readRights(endpoint, endpoint.username, signal)
  const passable = readerRights({
    exists: true,
    user: endpoint.username,
    grants: grants.flatMap(asGrantOption),
    roles,
  })
  const checked: CheckedRight[] = []
  for (const right of wanted) {
    // CHECK GRANT knows nothing of GRANT OPTION, so that is worked out from the account's own grants.
    const held = right.grantOption
      ? passable.covers(nameWithin(right.scope))
      : await hasRight(endpoint, right, signal)
    checked.push({ ...right, held, username: endpoint.username })
  }
  return checked
}

async function hasRight(endpoint: Endpoint, right: AccountRight, signal: AbortSignal): Promise<boolean> {
  const sql = `CHECK GRANT ${rightText(right)}`
  const rows = await endpoint.plainRows(
    { kind: 'checkRights', sql, what: 'check its own rights', write: false },
    signal,
  )
  return Number(rows[0]?.[0]) === 1
}

/** The row as one about passing the right on. A revoke of the right, or of the option alone, takes that away. */
function asGrantOption(row: GrantRow): readonly GrantRow[] {
  return row.grantOption || row.revoke ? [{ ...row, grantOption: false }] : []
}

/** Some database name that the scope holds: its own, or one that only a grant on all of the prefix can cover. */
function nameWithin(scope: Scope): string {
  if (scope.kind === 'database') return scope.database
  return scope.kind === 'prefix' ? `${scope.prefix}\u0001` : '\u0001'
}
