/** Whether the server can be worked with at all. Pure. */
import { isTrue } from '../../api/conditions.ts'
import type { ClickHouseConnectionReason } from '../../api/reasons.ts'
import type { ClickHouseErrorCode } from '../../clickhouse/errors.ts'
import { grantRight } from '../../clickhouse/statements.ts'
import type { EndpointView } from '../../clickhouse/catalog/snapshot.ts'
import { andMore } from '../../core/list-text.ts'
import { hostsOf } from '../../clickhouse/endpoint/host.ts'
import type { Problem } from '../problem.ts'
import type { ServerObserved } from './observed.ts'
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
  const partly = failed.length === 0 ? undefined : failure(failed, endpoints.length)
  if (failed.length === endpoints.length) return { problem: partly ?? notYet, partly }
  const old = endpoints.filter(view => view.ok && !isSupported(view.data.version))
  if (old.length > 0) {
    const message = `${hostsOf(old)}: ClickHouse is older than ${oldestSupported}, which is needed. Upgrade it.`
    return { problem: { reason: 'ServerTooOld', message }, partly }
  }
  if (missingRights.length > 0) {
    const statements = missingRights.map(right => grantRight(right, right.username)).join('; ')
    const message = `The operator’s account lacks rights. Run: ${statements}`
    return { problem: { reason: 'MissingPrivileges', message }, partly }
  }
  return { problem: undefined, partly }
}

/** How many statements a remark shows. There may be several for each of several databases. */
const mostStatements = 8

/** What concerns the tenants of these databases alone, so it is a remark and makes nobody else wait. */
export function missingOnDatabases({ missingOnDatabases: missing }: ServerObserved): string | undefined {
  if (missing.length === 0) return undefined
  const statements = missing.map(right => grantRight(right, right.username))
  const left = statements.length - mostStatements
  const more = left > 0 ? ` (${andMore(left)}: lenskeeper check lists them)` : ''
  return `MissingPrivileges: the operator’s account lacks rights on databases of single tenants, which wait for that. Run: ${statements.slice(0, mostStatements).join('; ')}${more}.`
}

const notYet: Problem = { reason: 'Progressing', message: 'ClickHouse is being looked at.' }

type Failed = Extract<EndpointView, { readonly ok: false }>

/** The most serious first: what a person has to mend, then what may mend itself. */
const reasons: readonly (readonly [ClickHouseErrorCode, ClickHouseConnectionReason])[] = [
  ['authenticationFailed', 'AuthenticationFailed'],
  ['tlsFailed', 'TLSFailed'],
  ['missingPrivileges', 'MissingPrivileges'],
]

const advice: Readonly<Partial<Record<ClickHouseConnectionReason, string>>> = {
  AuthenticationFailed:
    ' Correct the Secret of spec.credentialsSecretRef; it is tried as soon as it changes.',
}

function failure(failed: readonly Failed[], total: number): Problem {
  const found = reasons.find(([code]) => failed.some(({ error }) => error.code === code))
  const reason = found?.[1] ?? (failed.length === total ? 'Unreachable' : 'PartlyReachable')
  const message = `${failed.map(({ error }) => error.message).join('; ')}.${advice[reason] ?? ''}`
  return { reason, message }
}

/** The codes of an endpoint that answered, though with an error. */
const answered: ReadonlySet<ClickHouseErrorCode> = new Set([
  'missingPrivileges',
  'settingRefused',
  'authenticationFailed',
  'syntax',
  'answerTooBig',
  'other',
])

export function isReachable(view: EndpointView): boolean {
  return view.ok || answered.has(view.error.code)
}

/** Whether tenants were served before. Then the outage of one endpoint makes nobody unready. */
export function wasReady({ connection }: Pick<ServerObserved, 'connection'>): boolean {
  return isTrue(connection.status?.conditions, 'Ready')
}
