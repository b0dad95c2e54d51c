/** What to do about endpoints that refuse the operator's account. Pure. */
import type { EndpointView } from '../../clickhouse/catalog/snapshot.ts'
import type { ClickHouseErrorCode } from '../../clickhouse/error-codes.ts'
import { hostsOf } from '../../clickhouse/endpoint/host.ts'
import { createUserByHand, setPasswordByHand } from '../../clickhouse/statements.ts'
import { toRun } from '../../clickhouse/printed-sql.ts'
import type { Problem } from '../problem.ts'
import { describeAway } from './away.ts'
import type { Account, ServerObserved } from './observed.ts'

type Failed = Extract<EndpointView, { readonly ok: false }>

/**
 * One Secret serves all endpoints. Where another takes what is in it, correcting the Secret would break that one, so
 * the account is to be made, or given its password, where it is refused.
 */
export function refusedAccount({
  connection,
  endpoints,
  account,
}: Pick<ServerObserved, 'connection' | 'endpoints' | 'account'>): Problem | undefined {
  const failed = endpoints.filter((view): view is Failed => !view.ok)
  const refusing = failed.filter(refusesAccount)
  if (refusing.length === 0) return undefined
  const found = describeAway(failed)
  const there = makeAccountThere(refusing, account)
  if (endpoints.some(takesAccount)) {
    const message = `${found} Others take the operator’s account, so leave the Secret as it is. ${there}`
    return { reason: 'AccountDiffers', message }
  }
  const { name } = connection.spec.credentialsSecretRef
  const correct = `Correct the Secret "${name}" (spec.credentialsSecretRef); it is tried as soon as it changes.`
  const away = refusing.length < endpoints.length
  const elsewhere = away ? ` If it is good elsewhere, leave it as it is. ${there}` : ''
  return { reason: 'AuthenticationFailed', message: `${found} ${correct}${elsewhere}` }
}

/** Whether nothing is left to try before the Secret changes. One that is away may take the account once it is back. */
export function isRefusedEverywhere(endpoints: readonly EndpointView[]): boolean {
  return endpoints.length > 0 && endpoints.every(view => !view.ok && refusesAccount(view))
}

function refusesAccount({ error }: Failed): boolean {
  return error.code === 'authenticationFailed'
}

/** What is found only once the account was let in. */
const afterLogin: ReadonlySet<ClickHouseErrorCode> = new Set([
  'missingPrivileges',
  'severalServers',
  'serverChanged',
  'sameServer',
  'serverTooOld',
])

function takesAccount(view: EndpointView): boolean {
  return view.ok || afterLogin.has(view.error.code)
}

/** The statements for an administrator. The server does not say whether the name or the password is wrong. */
export function accountStatements(account: Account): readonly string[] {
  if (account.kind !== 'ok') return []
  const { username } = account
  const blank = '<password of the Secret>'
  return [createUserByHand(username, blank), setPasswordByHand(username, blank)]
}

function makeAccountThere(refusing: readonly Failed[], account: Account): string {
  const [create, alter] = accountStatements(account)
  const on = hostsOf(refusing)
  if (create === undefined || alter === undefined) {
    return `Give ${on} the account that the Secret of spec.credentialsSecretRef holds.`
  }
  return `Run on ${on}: ${toRun(create)} Or, where the user exists: ${toRun(alter)} Then give it its rights there (lenskeeper check prints them). It is tried again every minute.`
}
