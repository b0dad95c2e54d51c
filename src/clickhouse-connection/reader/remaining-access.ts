/** What is left open that was taken from the reader, or is to be. Pure. */
import { hostsOf } from '../../clickhouse/endpoint/host.ts'
import { toRun } from '../../clickhouse/printed-sql.ts'
import { quoteIdentifier } from '../../clickhouse/quote.ts'
import { revokeRead, revokeRole } from '../../clickhouse/statements.ts'
import { counted, listText } from '../../core/text/list-text.ts'
import { isUntried, keptAccess, type KeptAccess, type KeptObserved } from '../departure/kept-access.ts'
import { whyFailed } from '../departure/status.ts'
import { idleWords, type Idle } from '../idle.ts'
import type { Problem } from '../problem.ts'
import type { ReaderObserved } from './observed.ts'
import { saidBefore, saidOfAway } from './said-before.ts'

export type RemainingObserved = Pick<ReaderObserved, 'connection' | 'endpoints'> & KeptObserved

const reason = 'AccessRemains' as const
/** How many databases a message names. */
const mostNamed = 8
const mostReasons = 5

export function remainingAccess(seen: RemainingObserved, idle: Idle | undefined): Problem | undefined {
  // Whoever makes the grants also takes them: what was said before is not ours to tell any more, either.
  if (seen.connection.spec.reader.grants === 'External') return undefined
  const kept = keptAccess(seen, idle)
  const left = kept.filter(({ task }) => task !== undefined)
  const nobodys = kept.filter(({ task }) => task === undefined)
  const told = [
    ...(seen.inventory.remaining.length === 0 ? [] : [openedByRoles(seen)]),
    ...(left.length === 0 ? [] : [`${opened(left)} ${notTaken(left, seen, idle)}`]),
    ...(nobodys.length === 0 ? [] : [`${opened(nobodys)} ${unseenTo(nobodys, seen)}`]),
  ]
  const now = told.length === 0 ? saidOfAway(reason, seen) : { reason, message: told.join(' ') }
  // After a restart it is first tried again: what was said of it stays, or it would be told as over, and then anew.
  return idle === undefined && isUntried(seen) ? (saidBefore(reason, seen) ?? now) : now
}

/** The operator takes no role: it may give more than this, and somebody gave it on purpose. */
function openedByRoles({ connection, endpoints, inventory: { remaining } }: RemainingObserved): string {
  const names = [...new Set(remaining.map(({ database }) => database))].toSorted()
  const roles = [...new Set(remaining.flatMap(each => each.roles))].toSorted()
  const on = onSome(endpoints, new Set(remaining.map(({ url }) => url)))
  const revoke = toRun(...roles.map(role => revokeRole(role, connection.spec.reader.user)))
  const listed = listText(names.map(quoteIdentifier), { most: mostNamed })
  const [whose, what] =
    names.length === 1
      ? ['whose tenant is gone or has spec.access Withheld', 'it']
      : ['whose tenants are gone or have spec.access Withheld', 'them']
  return `By a role the reader may still read ${counted(names.length, 'database')} ${whose}, so old tokens open ${what}: ${listed}. The operator takes no role. Run${on}: ${revoke} The operator then grants by itself what other tenants are to have.`
}

function opened(kept: readonly KeptAccess[]): string {
  const names = namesOf(kept)
  const [whose, what] =
    names.length === 1 ? ['whose tenant is gone', 'it'] : ['whose tenants are gone', 'them']
  return `The reader may still read ${counted(names.length, 'database')} ${whose}, so old tokens open ${what}: ${listText(names.map(quoteIdentifier), { most: mostNamed })}.`
}

function notTaken(left: readonly KeptAccess[], seen: RemainingObserved, idle: Idle | undefined): string {
  const failed = left.flatMap(({ task }) =>
    task?.failed === undefined ? [] : [whyFailed(task.failed.error)],
  )
  const because = listText([...new Set(failed)].toSorted(), { most: mostReasons })
  const why = `${because}${because.endsWith(';') ? '' : '.'}`
  if (idle === undefined) return `Taking that fails: ${why} It is tried again. Or${byHand(left, seen)}`
  const until =
    failed.length === 0
      ? `That is not taken ${idleWords[idle]}.`
      : `Taking that failed: ${why} It is not tried again ${idleWords[idle]}.`
  return `${until} To take it now,${byHand(left, seen)}`
}

function unseenTo(nobodys: readonly KeptAccess[], seen: RemainingObserved): string {
  return `No connection takes that, as nothing says whose these are. If nobody is to read them, then${byHand(nobodys, seen)}`
}

function byHand(kept: readonly KeptAccess[], { connection, endpoints }: RemainingObserved): string {
  const names = namesOf(kept)
  const on = onSome(endpoints, new Set(kept.flatMap(({ urls }) => urls)))
  const { user } = connection.spec.reader
  const shown = names.slice(0, mostNamed)
  const more = names.length > shown.length ? ' The others are listed by "lenskeeper orphans".' : ''
  return ` run${on}: ${toRun(...shown.map(name => revokeRead([name], user).sql))}${more}`
}

function namesOf(kept: readonly KeptAccess[]): readonly string[] {
  return [...new Set(kept.map(({ database }) => database))].toSorted()
}

/** Nothing where it is so on all of them. */
function onSome(endpoints: RemainingObserved['endpoints'], urls: ReadonlySet<string>): string {
  return urls.size === endpoints.length ? '' : ` on ${hostsOf(endpoints.filter(({ url }) => urls.has(url)))}`
}
