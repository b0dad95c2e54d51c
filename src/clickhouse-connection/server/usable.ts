/** Whether the server can be worked with at all. Pure. */
import { isTrue } from '../../api/conditions.ts'
import type { ClickHouseConnectionReason } from '../../api/reasons.ts'
import type { ClickHouseErrorCode } from '../../clickhouse/errors.ts'
import { mendRight } from '../../clickhouse/accounts/checked-right.ts'
import type { EndpointView } from '../../clickhouse/catalog/snapshot.ts'
import { andMore } from '../../core/list-text.ts'
import { hostOf, hostsOf } from '../../clickhouse/endpoint/host.ts'
import type { Problem } from '../problem.ts'
import type { MissingRight, ServerObserved } from './observed.ts'
import { refusedAccount } from './refused-account.ts'
import { isSupported, oldestSupported } from './version.ts'

export interface Usability {
  /** Why nothing can be done on it. */
  readonly problem: Problem | undefined
  /** Why not every endpoint can be worked with. Served tenants stay served. */
  readonly partly: Problem | undefined
}

export function usabilityOf(seen: ServerObserved): Usability {
  const { account, endpoints, missingRights } = seen
  if (account.kind === 'missing') return { problem: account.problem, partly: undefined }
  const failed = endpoints.filter(view => !view.ok)
  const partly = refusedAccount(endpoints, account) ?? failure(failed, endpoints.length)
  if (failed.length === endpoints.length) return { problem: partly ?? notYet, partly }
  const old = endpoints.filter(view => view.ok && !isSupported(view.data.version))
  if (old.length > 0) {
    const message = `${hostsOf(old)}: ClickHouse is older than ${oldestSupported}, which is needed. Upgrade it.`
    return { problem: { reason: 'ServerTooOld', message }, partly }
  }
  const barred = barredAccount(missingRights, endpoints)
  if (barred !== undefined) return { problem: barred, partly }
  if (missingRights.length > 0) {
    const message = `The operator’s account lacks rights. ${runWhere(missingRights, endpoints)}`
    return { problem: { reason: 'MissingPrivileges', message }, partly }
  }
  return { problem: undefined, partly }
}

/** How many statements a remark shows. There may be several for each of several databases. */
const mostStatements = 8

/** What concerns the tenants of these databases alone, so it is a remark and makes nobody else wait. */
export function missingOnDatabases({
  missingOnDatabases: missing,
  endpoints,
}: ServerObserved): string | undefined {
  if (missing.length === 0) return undefined
  const left = missing.length - mostStatements
  const more = left > 0 ? ` (${andMore(left)}: lenskeeper check lists them)` : ''
  const statements = runWhere(missing.slice(0, mostStatements), endpoints)
  return `MissingPrivileges: the operator’s account lacks rights on databases of single tenants, which wait for that. ${statements}${more}`
}

/** `Run: …. Run on ch2:8123: ….` Where every endpoint lacks a right, none is named. */
function runWhere(missing: readonly MissingRight[], endpoints: readonly EndpointView[]): string {
  const byPlace = new Map<string, Set<string>>()
  for (const right of missing) {
    const everywhere = right.urls.length === endpoints.length
    const place = everywhere ? '' : ` on ${right.urls.map(hostOf).join(', ')}`
    byPlace.set(place, (byPlace.get(place) ?? new Set()).add(mendRight(right)))
  }
  return [...byPlace].map(([place, statements]) => `Run${place}: ${[...statements].join('; ')}.`).join(' ')
}

/** While a setting forbids them, the server does not say which rights were granted; so no GRANT is told. */
function barredAccount(
  missing: readonly MissingRight[],
  endpoints: readonly EndpointView[],
): Problem | undefined {
  const barred = missing.filter(({ barredBy }) => barredBy !== undefined)
  if (barred.length === 0) return undefined
  const found = [...new Set(barred.map(({ barredBy }) => barredBy?.found ?? ''))].join(', ')
  const run = runWhere(barred, endpoints)
  const message = `The settings of the operator’s account forbid it what it has to do: ${found}. ${run} Or change the profile that gives it these.`
  return { reason: 'AccountRestricted', message }
}

const notYet: Problem = { reason: 'Progressing', message: 'ClickHouse is being looked at.' }

type Failed = Extract<EndpointView, { readonly ok: false }>

/** The most serious first: what a person has to mend, then what may mend itself. */
const reasons: readonly (readonly [ClickHouseErrorCode, ClickHouseConnectionReason])[] = [
  ['severalServers', 'SeveralServers'],
  ['tlsFailed', 'TLSFailed'],
  ['missingPrivileges', 'MissingPrivileges'],
  ['sameServer', 'SameServer'],
  ['serverChanged', 'ServerChanged'],
]

function failure(failed: readonly Failed[], total: number): Problem | undefined {
  if (failed.length === 0) return undefined
  const found = reasons.find(([code]) => failed.some(({ error }) => error.code === code))
  const reason = found?.[1] ?? (failed.length === total ? 'Unreachable' : 'PartlyReachable')
  return { reason, message: `${failed.map(({ error }) => error.message).join('; ')}.` }
}

/** Whether tenants were served before. Then the outage of one endpoint makes nobody unready. */
export function wasReady({ connection }: Pick<ServerObserved, 'connection'>): boolean {
  return isTrue(connection.status?.conditions, 'Ready')
}
