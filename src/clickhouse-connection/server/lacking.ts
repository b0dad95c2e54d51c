/** What the operator's account lacks on endpoints that answer, and what gives it that. Pure. */
import { mendRight } from '../../clickhouse/accounts/checked-right.ts'
import type { EndpointView } from '../../clickhouse/catalog/snapshot.ts'
import { hostOf } from '../../clickhouse/endpoint/host.ts'
import { toRun } from '../../clickhouse/printed-sql.ts'
import { andMore, inWords } from '../../core/text/list-text.ts'
import type { Problem } from '../problem.ts'
import type { MissingRight, ServerObserved } from './observed.ts'

/** About rights that every tenant needs. */
export function rightsProblem({
  missingRights,
  endpoints,
}: Pick<ServerObserved, 'missingRights' | 'endpoints'>): Problem | undefined {
  if (missingRights.length === 0) return undefined
  const barred = missingRights.filter(({ barredBy }) => barredBy !== undefined)
  if (barred.length > 0) return barredAccount(barred, endpoints)
  const message = `The operator’s account lacks rights. ${runWhere(missingRights, endpoints)}`
  return { reason: 'MissingPrivileges', message }
}

/** While a setting forbids them, the server does not say which rights were granted; so no GRANT is told. */
function barredAccount(barred: readonly MissingRight[], endpoints: readonly EndpointView[]): Problem {
  const found = [...new Set(barred.map(({ barredBy }) => barredBy?.found ?? ''))].join(', ')
  const run = runWhere(barred, endpoints)
  const message = `The settings of the operator’s account forbid it what it has to do: ${found}. ${run} Or change the profile that gives it these.`
  return { reason: 'AccountRestricted', message }
}

/** How many statements a remark shows. There may be several for each of several databases. */
const mostStatements = 8

/** About rights on single databases: they concern these databases' tenants alone. */
export function singleRightsRemark({
  missingOnDatabases: missing,
  endpoints,
}: Pick<ServerObserved, 'missingOnDatabases' | 'endpoints'>): string | undefined {
  if (missing.length === 0) return undefined
  const left = missing.length - mostStatements
  const more = left > 0 ? ` (${andMore(left)}: lenskeeper check lists them)` : ''
  const statements = runWhere(missing.slice(0, mostStatements), endpoints)
  const purposes = [...new Set(missing.map(({ purpose }) => purpose))]
  return `MissingPrivileges: the operator’s account lacks rights on databases of single tenants, so that it cannot ${inWords(purposes, 'or')} there. ${statements}${more}`
}

/** `Run: …; Run on ch2:8123: …;` Where every endpoint lacks a right, none is named. */
function runWhere(missing: readonly MissingRight[], endpoints: readonly EndpointView[]): string {
  const byPlace = new Map<string, Set<string>>()
  for (const right of missing) {
    const everywhere = right.urls.length === endpoints.length
    const place = everywhere ? '' : ` on ${right.urls.map(hostOf).join(', ')}`
    byPlace.set(place, (byPlace.get(place) ?? new Set()).add(mendRight(right)))
  }
  return [...byPlace].map(([place, statements]) => `Run${place}: ${toRun(...statements)}`).join(' ')
}
