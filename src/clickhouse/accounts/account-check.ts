/** Whether the operator's account has the rights that it needs. */
import { readRights } from '../catalog/catalog.ts'
import type { Endpoint } from '../endpoint/endpoint.ts'
import type { Scope } from '../scope.ts'
import type { Server } from '../server.ts'
import type { BarringSettings, CheckedRight } from './checked-right.ts'
import { heldRights } from './held-rights.ts'
import type { AccountRight } from './operator-account.ts'
import { readerRights, type GrantRow } from '../catalog/reader-rights.ts'

export interface AccountQuestion {
  /** Which replica. */
  readonly url: string
  readonly rights: readonly AccountRight[]
}

/**
 * Asks the server which of these rights the operator's account has. May they be passed on, its own grants tell.
 *
 * @throws ClickHouseError; `syntax` from a server older than 24.10
 */
export async function checkAccount(
  server: Server,
  { url, rights }: AccountQuestion,
  signal: AbortSignal,
): Promise<readonly CheckedRight[]> {
  return await server.ask(url, endpoint => checkRights(endpoint, rights, signal))
}

async function checkRights(
  endpoint: Endpoint,
  wanted: readonly AccountRight[],
  signal: AbortSignal,
): Promise<readonly CheckedRight[]> {
  const plain = wanted.filter(({ grantOption }) => !grantOption)
  const [own, held] = await Promise.all([
    readRights(endpoint, endpoint.username, {}, signal),
    heldRights(endpoint, plain, signal),
  ])
  const passable = readerRights({
    exists: true,
    user: endpoint.username,
    grants: own.grants.flatMap(asGrantOption),
    roles: own.roles,
  })
  const checked = wanted.map(right => ({
    ...right,
    held: right.grantOption ? passable.covers(nameWithin(right.scope)) : held.has(right),
    username: endpoint.username,
  }))
  if (!checked.some(canBeBarred)) return checked
  const barredBy = await barringSettings(endpoint, signal)
  if (barredBy === undefined) return checked
  return checked.map(right => (canBeBarred(right) ? { ...right, barredBy } : right))
}

/** CHECK GRANT takes settings into account, and says no to what a setting forbids. None forbids reading. */
function canBeBarred({ held, grantOption, privileges }: CheckedRight): boolean {
  return !held && !grantOption && !/^(SELECT|SHOW)/.test(privileges)
}

async function barringSettings(
  endpoint: Endpoint,
  signal: AbortSignal,
): Promise<BarringSettings | undefined> {
  const sql = "SELECT toUInt8(getSetting('readonly')), toUInt8(getSetting('allow_ddl'))"
  const statement = { kind: 'checkRights', sql, what: 'check its own settings', write: false } as const
  const [row] = await endpoint.rows(statement, signal)
  const [readonly, allowDdl] = (row ?? [0, 1]).map(Number)
  const barring = [
    ...(readonly === 0 ? [] : [{ found: `readonly = ${readonly}`, needed: 'readonly = 0' }]),
    ...(allowDdl === 0 ? [{ found: 'allow_ddl = 0', needed: 'allow_ddl = 1' }] : []),
  ]
  if (barring.length === 0) return undefined
  const list = (what: 'found' | 'needed'): string => barring.map(each => each[what]).join(', ')
  return { found: list('found'), needed: list('needed') }
}

/** What the row says about passing the right on. A REVOKE takes that away, of the right or of the option alone. */
function asGrantOption(row: GrantRow): readonly GrantRow[] {
  return row.grantOption || row.revoke ? [{ ...row, grantOption: false }] : []
}

/** A database name within the scope: its own, or one that only a grant on the whole prefix covers. */
function nameWithin(scope: Scope): string {
  if (scope.kind === 'database') return scope.database
  return scope.kind === 'prefix' ? `${scope.prefix}\u0001` : '\u0001'
}
