/** What the platform team is told of statements that ClickHouse refuses to tenants. Names no tenant. Pure. */
import { findCondition, isTrue } from '../../api/conditions.ts'
import type { ConnectorTenant } from '../../api/connector-tenant.ts'
import { keyOf } from '../../api/object.ts'
import type { ConnectorTenantReason } from '../../api/reasons.ts'
import type { NotedRefusal, RefusedStatements } from '../../clickhouse/refused-statements.ts'
import type { RefusedStatement, StatementKind } from '../../clickhouse/statements.ts'
import { counted, listText } from '../../core/text/list-text.ts'
import { toTimestamp } from '../../core/timestamp.ts'
import type { Condition } from '../problem.ts'
import { singleRightsRemark } from './lacking.ts'
import type { ServerObserved } from './observed.ts'
import { usableEndpoints } from './usable.ts'

const type = 'StatementsRefused'
const mostListed = 5
/** What an account is answered that lacks a right, or whose settings forbid to use it. */
const accountCodes: ReadonlySet<number> = new Set([164, 392, 497])

/** Whether the tenant says that it waits for a statement. Its status outlives a restart; what was answered does not. */
export function waitsForStatement({ status }: ConnectorTenant): boolean {
  const reason: ConnectorTenantReason = 'StatementRefused'
  return findCondition(status?.conditions, 'Reconciling')?.reason === reason
}

/** One entry for each tenant that waits: undefined where it has not tried again since the start. */
export function refusalsOf(
  tenants: readonly ConnectorTenant[],
  noted: Pick<RefusedStatements, 'of'>,
): readonly (NotedRefusal | undefined)[] {
  return tenants.filter(waitsForStatement).map(tenant => noted.of(keyOf(tenant)))
}

/** When the server last contradicted what was found of the account's rights; monotonic milliseconds. */
export function rightsDoubtedAt(refusals: readonly (NotedRefusal | undefined)[]): number {
  const denied = refusals.flatMap(refusal =>
    refusal !== undefined && accountCodes.has(refusal.refused.code) ? [refusal.at] : [],
  )
  return denied.reduce((latest, at) => Math.max(latest, at), Number.NEGATIVE_INFINITY)
}

type RefusedObserved = Pick<
  ServerObserved,
  'connection' | 'endpoints' | 'refusals' | 'missingRights' | 'missingOnDatabases'
> & { readonly now: number }

export function statementsRefused(seen: RefusedObserved): Condition {
  const { refusals } = seen
  if (refusals.length === 0) {
    const message = 'No tenant waits for a statement that ClickHouse refuses.'
    return { type, status: 'False', reason: 'NothingRefused', message }
  }
  const conditions = seen.connection.status?.conditions
  const before = isTrue(conditions, type) ? findCondition(conditions, type) : undefined
  if (refusals.every(refusal => refusal === undefined) && before !== undefined)
    return { type, status: 'True', reason: 'StatementsRefused', message: before.message }
  const known = untold(seen)
  const since = before?.lastTransitionTime ?? toTimestamp(seen.now)
  const message = [
    `Since ${since} ClickHouse refuses statements, which keeps ${counted(refusals.length, 'tenant')} waiting${listed(known)}.`,
    'They are tried again.',
    ...remedies(known),
    ...rights(seen),
  ]
  return { type, status: 'True', reason: 'StatementsRefused', message: message.join(' ') }
}

export function refusesStatements(seen: RefusedObserved): boolean {
  return seen.refusals.length > 0
}

/** Whether a tenant waits for a right that was found missing. */
export function waitsForRight(seen: Pick<RefusedObserved, 'refusals' | keyof Missing>): boolean {
  return knowsMissing(seen) && seen.refusals.some(isForRight)
}

type Missing = Pick<ServerObserved, 'missingRights' | 'missingOnDatabases'>

function knowsMissing({ missingRights, missingOnDatabases }: Missing): boolean {
  return missingRights.length > 0 || missingOnDatabases.length > 0
}

function isForRight(refusal: NotedRefusal | undefined): boolean {
  return refusal !== undefined && accountCodes.has(refusal.refused.code)
}

/** Rights that were found missing are told by the statements that give them, and not by the error. */
function untold(seen: RefusedObserved): readonly RefusedStatement[] {
  const told = knowsMissing(seen) ? seen.refusals.filter(refusal => !isForRight(refusal)) : seen.refusals
  return told.flatMap(refusal => (refusal === undefined ? [] : [refusal.refused]))
}

/** Those that every tenant needs stand in another condition. */
function rights(seen: RefusedObserved): readonly string[] {
  if (!waitsForRight(seen)) return []
  const where = usableEndpoints(seen).length === 0 ? 'Ready' : 'Reachable'
  const shared = seen.missingRights.length === 0 ? [] : [`A right is missing: ${where} says which.`]
  const single = singleRightsRemark(seen)
  return single === undefined ? shared : [...shared, single]
}

const words: Readonly<Partial<Record<StatementKind, string>>> = {
  createDatabase: 'CREATE DATABASE',
  commentDatabase: 'ALTER DATABASE … MODIFY COMMENT',
  grantRead: 'GRANT SELECT',
  revokeRead: 'REVOKE SELECT',
}

/** Each kind of statement and each error once, with the endpoints. */
function listed(known: readonly RefusedStatement[]): string {
  const hosts = new Map<string, Set<string>>()
  for (const { statement, code, symbol, host } of known) {
    const name = symbol === undefined ? '' : ` ${symbol}`
    const what = `${words[statement] ?? 'reading what is there'} is answered with code ${code}${name}`
    hosts.set(what, (hosts.get(what) ?? new Set()).add(host))
  }
  const texts = [...hosts].map(([what, on]) => `${what} by ${[...on].sort().join(', ')}`).sort()
  return texts.length === 0 ? '' : `: ${listText(texts, { most: mostListed })}`
}

/** What is known to help, by ClickHouse's number of the error. */
const remedyFor: ReadonlyMap<number, string> = new Map([
  [164, 'The profile of the operator’s account is readonly, and must not be.'],
  [241, 'The server is short of memory.'],
  [243, 'The disk is full.'],
  [392, 'The profile of the operator’s account has allow_ddl = 0: set it to 1.'],
  [
    725,
    'Raise max_database_num_to_throw in the server’s configuration, or drop databases that nobody needs.',
  ],
])

function remedies(known: readonly RefusedStatement[]): readonly string[] {
  const codes = [...new Set(known.map(({ code }) => code))].sort((a, b) => a - b)
  const found = codes.flatMap(code => remedyFor.get(code) ?? [])
  return codes.length > found.length ? [...found, 'The server’s own log has its words.'] : found
}
