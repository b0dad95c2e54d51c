/** What logging in as the reader says about the hand-over to DataLens. Pure. */
import type { ClickHouseConnection } from '../../api/clickhouse-connection.ts'
import { findCondition } from '../../api/conditions.ts'
import { broaderText, scopeOfGlob, scopeText, type BroaderRight } from '../../clickhouse/scope.ts'
import { makeReadonly, revokeBroader, setPasswordByHand } from '../../clickhouse/statements.ts'
import { toRun } from '../../clickhouse/printed-sql.ts'
import { hostsOf } from '../../clickhouse/endpoint/host.ts'
import type { Idle } from '../idle.ts'
import type { Condition, Problem } from '../problem.ts'
import { unseen } from '../unseen.ts'
import type { ReaderObserved } from './observed.ts'
import type { ReaderPlan } from './plan.ts'
import { remainingAccess, type RemainingObserved } from './remaining-access.ts'
import { saidOfAway } from './said-before.ts'
import { judgeTrial, loggedIn } from './trial-status.ts'

const type = 'ReaderVerified'

export interface ReaderCourse {
  readonly plan: ReaderPlan
  /** What is planned is done, too. */
  readonly acts: boolean
  /** Why nothing is done. */
  readonly idle: Idle | undefined
  /** Why nothing can be done on the server. */
  readonly server: Problem | undefined
  /** Why a step failed. */
  readonly failure: Problem | undefined
  /** Nothing may be changed. */
  readonly observing: boolean
}

export function readerVerified(
  seen: ReaderObserved & RemainingObserved,
  { plan, acts, idle, server, failure, observing }: ReaderCourse,
): Condition {
  const wrong = grantedTooMuch(seen) ?? remainingAccess(seen, idle) ?? plan.handover
  if (wrong !== undefined) return { type, status: 'False', ...wrong }
  if (plan.steps.length > 0) {
    const open = failure ?? notMade(seen.connection, { observing })
    return open.reason === 'Progressing' && !acts ? unseen(type, seen) : { type, status: 'False', ...open }
  }
  if (seen.verifications.length === 0) return notTried(seen, server)
  const { user } = seen.connection.spec.reader
  const trial = judgeTrial(seen.verifications, user)
  const problem = refusedLogin(seen) ?? notReadOnly(seen) ?? opensTooMuch(seen) ?? trial.wrong
  if (problem !== undefined) return { type, status: 'False', ...problem }
  if (trial.unproven !== undefined) return { type, status: 'Unknown', ...trial.unproven }
  const message = `${trial.proven}${untried(seen)}`
  return { type, status: 'True', reason: 'ReaderVerified', message }
}

/** Why the reader is missing somewhere, if nothing has failed: work is under way only where nobody forbids it. */
export function notMade(
  { spec }: Pick<ClickHouseConnection, 'spec'>,
  { observing }: { readonly observing: boolean },
): Problem {
  if (spec.suspend) {
    const message = 'The reader does not exist, and is not made while spec.suspend is true.'
    return { reason: 'Suspended', message }
  }
  return observing
    ? { reason: 'Observing', message: 'The reader does not exist.' }
    : { reason: 'Progressing', message: 'The reader is being made.' }
}

/** The setting `readonly` that the reader found; where replicas differ, the wrong one. */
export function verifiedReadonly({ verifications }: ReaderObserved): number | undefined {
  const found = loggedIn(verifications).map(({ login }) => login.readonly)
  return found.find(readonly => readonly !== 2) ?? found[0]
}

/** For when nobody has logged in. At a start, the Secret with the password is not read yet. */
function notTried(seen: ReaderObserved, server: Problem | undefined): Condition {
  if (server !== undefined) return unseen(type, seen)
  const before = findCondition(seen.connection.status?.conditions, type)
  if (before === undefined)
    return { type, status: 'Unknown', reason: 'Progressing', message: 'The reader is still to be verified.' }
  const { status, reason, message } = before
  return { type, status, reason, message }
}

function untried({ endpoints }: ReaderObserved): string {
  const away = endpoints.filter(view => !view.ok)
  return away.length === 0 ? '' : ` Not tried on ${hostsOf(away)}: Reachable says why.`
}

function refusedLogin({ verifications, connection, readerSecretName }: ReaderObserved): Problem | undefined {
  const refused = verifications.filter(({ kind }) => kind === 'refused')
  if (refused.length === 0) return undefined
  const { user, management } = connection.spec.reader
  const on = hostsOf(refused)
  const isGoodElsewhere = verifications.some(({ kind }) => kind === 'loggedIn')
  const alter = setPasswordByHand(user, '<password of the Secret>')
  const remedy = isGoodElsewhere
    ? `Others take it, so leave the Secret as it is. Run on ${on}: ${toRun(alter)}`
    : 'The password of an existing user is never changed: put the right one into the Secret.'
  // DataLens goes on with the password that it was given: whoever drops a user that works cuts everybody off.
  const anew =
    management === 'Managed' && !isGoodElsewhere
      ? ' Or, if nobody logs in as it yet, drop the user there: it is made anew with the password of the Secret.'
      : ''
  const message = `On ${on} the user "${user}" cannot log in with the password of the Secret "${readerSecretName}". ${remedy}${anew} It is tried again every minute.`
  return { reason: 'ReaderPasswordMismatch', message }
}

function notReadOnly({ verifications, connection }: ReaderObserved): Problem | undefined {
  const wrong = loggedIn(verifications).filter(({ login }) => login.readonly !== 2)
  if (wrong.length > 0) {
    const message = `DataLens needs a reader with readonly = 2, and it is not so on ${hostsOf(wrong)}. Run there: ${toRun(makeReadonly(connection.spec.reader.user))}`
    return { reason: 'ReaderNotReadOnly', message }
  }
  const strict = loggedIn(verifications).filter(({ login }) => login.settingsAccepted === false)
  if (strict.length === 0) return undefined
  const message = `On ${hostsOf(strict)} the reader’s profile refuses settings that DataLens sends, although readonly is 2. Take the constraints from its profile.`
  return { reason: 'ReaderNotReadOnly', message }
}

/** What the server lists. It is known without a login, and nothing is worse. */
function grantedTooMuch(seen: ReaderObserved): Problem | undefined {
  const { user } = seen.connection.spec.reader
  const found = new Map<string, BroaderRight>()
  const where = seen.endpoints.filter(view => {
    const broader = view.ok ? view.data.reader.broader.filter(right => !isDeclared(right, seen)) : []
    for (const right of broader) found.set(broaderText(right), right)
    return broader.length > 0
  })
  if (found.size === 0) return saidOfAway('GrantBroaderThanDeclared', seen)
  const byText = [...found].toSorted(([a], [b]) => (a < b ? -1 : 1))
  const statements = toRun(...byText.map(([, right]) => revokeBroader(right, user)))
  const on = where.length === seen.endpoints.length ? '' : ` on ${hostsOf(where)}`
  const message = `The reader may read more than tenants’ databases, so every token opens whatever it names. Run${on}: ${statements} The operator then grants each tenant’s database anew.`
  return { reason: 'GrantBroaderThanDeclared', message }
}

function opensTooMuch({ verifications }: ReaderObserved): Problem | undefined {
  if (!loggedIn(verifications).some(({ login }) => login.refuses === false)) return undefined
  const message =
    'The reader can open a database that it was not granted. Look at its roles and at SHOW GRANTS.'
  return { reason: 'GrantBroaderThanDeclared', message }
}

/** Whether the right is one that was declared: if somebody else makes the grants, for a pattern of tenants' names. */
function isDeclared({ scope, role }: BroaderRight, { connection, patterns }: ReaderObserved): boolean {
  if (connection.spec.reader.grants !== 'External' || role !== undefined) return false
  return patterns.some(pattern => scopeText(scopeOfGlob(pattern)) === scopeText(scope))
}
