/** Each right and setting by itself. The operator's status sums them up in one condition. */
import { findCondition } from '../../api/conditions.ts'
import { ClickHouseError } from '../../clickhouse/errors.ts'
import { hostOf } from '../../clickhouse/endpoint/host.ts'
import { checkAccount } from '../../clickhouse/accounts/account-check.ts'
import { mendRight, type CheckedRight } from '../../clickhouse/accounts/checked-right.ts'
import { broaderText, type BroaderRight } from '../../clickhouse/scope.ts'
import { createReaderByHand, revokeBroader, rightText } from '../../clickhouse/statements.ts'
import type { EndpointView } from '../../clickhouse/catalog/snapshot.ts'
import { privateHosts } from '../../clickhouse-connection/reader/hosts.ts'
import type { Observed } from '../../clickhouse-connection/observed.ts'
import { nextStep } from '../../clickhouse-connection/server/away.ts'
import { accountStatements } from '../../clickhouse-connection/server/refused-account.ts'
import type { Finding } from './finding.ts'
import { loginFindings } from './login-findings.ts'
import type { Look } from './look.ts'

/** Whether each endpoint answers, is new enough, and gives the operator's account all that it needs. */
export async function checkAccountOf(look: Look, signal: AbortSignal): Promise<readonly Finding[]> {
  const perEndpoint = await Promise.all(look.seen.endpoints.map(view => endpointFindings(look, view, signal)))
  return perEndpoint.flat()
}

async function endpointFindings(
  { seen, server, rights }: Look,
  view: EndpointView,
  signal: AbortSignal,
): Promise<readonly Finding[]> {
  const endpoint = hostOf(view.url)
  if (!view.ok) return [outOfUse(view, seen)]
  const { version } = view.data
  const age: Finding = { endpoint, check: 'version', result: 'good', text: version }
  try {
    const checked = await checkAccount(server, { url: view.url, rights }, signal)
    return [age, ...checked.map(right => rightFinding(endpoint, right))]
  } catch (error) {
    if (!(error instanceof ClickHouseError)) throw error
    return [age, { endpoint, check: 'rights', result: 'unknown', text: error.message }]
  }
}

function rightFinding(endpoint: string, right: CheckedRight): Finding {
  const { held, purpose, grantOption, barredBy } = right
  const check = `${rightText(right)}${grantOption ? ' WITH GRANT OPTION' : ''}`
  const text = `to ${purpose}`
  if (held) return { endpoint, check, result: 'good', text }
  const why = barredBy === undefined ? text : `${text}; the account’s settings forbid it: ${barredBy.found}`
  return { endpoint, check, result: 'bad', text: why, mend: `${mendRight(right)};  -- on ${endpoint}` }
}

/** What the operator was answered when it did its work: it tries more than is tried here. */
export function checkStatements({ connection }: Pick<Observed, 'connection'>): readonly Finding[] {
  const refused = findCondition(connection.status?.conditions, 'StatementsRefused')
  if (refused?.status !== 'True') return []
  return [{ endpoint: '', check: 'statements', result: 'bad', text: refused.message }]
}

/** What roles open that was taken, by the operator's word: nobody has to see all tenants for it here. */
export function checkRemainingAccess({ connection }: Pick<Observed, 'connection'>): readonly Finding[] {
  const verified = findCondition(connection.status?.conditions, 'ReaderVerified')
  if (verified?.reason !== 'AccessRemains') return []
  const { user } = connection.spec.reader
  return [{ endpoint: '', check: `reader ${user}`, result: 'bad', text: verified.message }]
}

/** What keeps the connection from being Ready, by the operator's word: it makes what is only looked at here. */
export function checkReady({ connection }: Pick<Observed, 'connection'>): readonly Finding[] {
  const ready = findCondition(connection.status?.conditions, 'Ready')
  const isCurrent = connection.status?.observedGeneration === connection.metadata.generation
  if (ready?.status !== 'False' || !isCurrent) return []
  return [{ endpoint: '', check: 'Ready', result: 'bad', text: ready.message }]
}

/** One Secret serves all endpoints: where another takes it, it is right. */
export function outOfUse(
  { url, error }: Extract<EndpointView, { readonly ok: false }>,
  { endpoints, account, connection }: Observed,
): Finding {
  const endpoint = hostOf(url)
  const check = error.code === 'serverTooOld' ? 'version' : 'answers'
  const found: Finding = { endpoint, check, result: 'bad', text: error.message }
  if (error.code !== 'authenticationFailed') {
    const mend = nextStep(error)
    return mend === undefined ? found : { ...found, mend: `${endpoint}: ${mend}` }
  }
  const [create, alter] = accountStatements(account)
  const isGoodElsewhere = endpoints.some(view => view.ok)
  if (!isGoodElsewhere || create === undefined || alter === undefined)
    return { ...found, mend: `correct the Secret "${connection.spec.credentialsSecretRef.name}"` }
  return { ...found, mend: `${create};  -- on ${endpoint}; where the user exists: ${alter};` }
}

/** Whether the reader is there, is read-only in the way that DataLens needs, and reads what it should. */
export function checkReader(seen: Observed): readonly Finding[] {
  return [
    ...seen.endpoints.flatMap(view => readerFindings(view, seen)),
    ...loginNotTried(seen),
    ...hosts(seen),
  ]
}

function readerFindings(view: EndpointView, seen: Observed): readonly Finding[] {
  if (!view.ok) return []
  const endpoint = hostOf(view.url)
  const { user, management, grants } = seen.connection.spec.reader
  const check = `reader ${user}`
  if (!view.data.reader.exists) {
    const text = 'it does not exist'
    if (management === 'Managed') {
      const wasThere = seen.connection.status?.reader?.readonly !== undefined
      if (!wasThere)
        return [{ endpoint, check, result: 'unknown', text: `${text} yet; the operator makes it` }]
      const made = 'the operator makes it anew at its next sync, unless spec.suspend is true'
      return [{ endpoint, check, result: 'bad', text: `${text} any more; ${made}` }]
    }
    const mend = `${createReaderByHand(user, '…')};  -- on ${endpoint}`
    return [{ endpoint, check, result: 'bad', text, mend }]
  }
  const verification = seen.verifications.find(({ url }) => url === view.url)
  return [
    { endpoint, check, result: 'good', text: 'it exists' },
    ...view.data.reader.broader.map((right): Finding => {
      const found = broaderThanTenants(right, endpoint, user)
      // If somebody else makes the grants, a prefix may be meant.
      return grants === 'External' && right.scope.kind === 'prefix' ? { ...found, result: 'unknown' } : found
    }),
    ...(verification === undefined ? [] : loginFindings(verification, seen)),
  ]
}

function broaderThanTenants(right: BroaderRight, endpoint: string, user: string): Finding {
  return {
    endpoint,
    check: `reader ${user}`,
    result: 'bad',
    text: `it may read ${broaderText(right)}: every token opens what it names`,
    mend: `${revokeBroader(right, user)};  -- on ${endpoint}`,
  }
}

function loginNotTried({ readerSecret, readerSecretName, endpoints }: Observed): readonly Finding[] {
  if (readerSecret.kind === 'ok' || !endpoints.some(view => view.ok && view.data.reader.exists)) return []
  const text =
    readerSecret.kind === 'unusable'
      ? `its Secret "${readerSecretName}" cannot be used: ${readerSecret.because}`
      : `there is no Secret "${readerSecretName}" with its password`
  const mend = `put username and password of the existing reader into the Secret "${readerSecretName}"`
  return [{ endpoint: '', check: 'login', result: 'bad', text, mend }]
}

/** DataLens reaches the server over the internet, so a private name is worth a warning. */
function hosts({ connection }: Observed): readonly Finding[] {
  const hidden = privateHosts(connection.spec)
  if (hidden.length === 0) return []
  const text = `DataLens cannot reach ${hidden.join(', ')} from the internet; set spec.handover.hosts if it has another name there`
  return [{ endpoint: '', check: 'hosts', result: 'unknown', text }]
}
