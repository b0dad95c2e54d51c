/** What the reader could read of what it was granted, on all endpoints together. Pure. */
import { hostsOf } from '../../clickhouse/endpoint/host.ts'
import { quoteIdentifier } from '../../clickhouse/quote.ts'
import type { TableFault } from '../../clickhouse/accounts/reader-trial.ts'
import { readAsDefiner, showGrants } from '../../clickhouse/statements.ts'
import { toRun } from '../../clickhouse/printed-sql.ts'
import { listText } from '../../core/text/list-text.ts'
import type { Problem } from '../problem.ts'
import type { Verification } from './observed.ts'

export interface TrialVerdict {
  /** Something that was granted is refused. */
  readonly wrong: Problem | undefined
  /** Why it is not known whether all is well, if nothing is wrong. */
  readonly unproven: Problem | undefined
  /** What was found if neither is so. */
  readonly proven: string
}

export type LoggedIn = Extract<Verification, { readonly kind: 'loggedIn' }>

export function loggedIn(verifications: readonly Verification[]): readonly LoggedIn[] {
  return verifications.filter(each => each.kind === 'loggedIn')
}

/** How many views a message names. */
const mostNamed = 4

export function judgeTrial(verifications: readonly Verification[], user: string): TrialVerdict {
  const logins = loggedIn(verifications)
  return {
    wrong: ineffective(logins, user) ?? refusedView(logins),
    unproven: unproven(verifications),
    proven: `Logged in as the reader: ${foundText(logins)}.${brokenText(logins)}`,
  }
}

function ineffective(logins: readonly LoggedIn[], user: string): Problem | undefined {
  const wrong = logins.filter(({ login }) => login.opens === false)
  if (wrong.length === 0) return undefined
  const names = namesOf(wrong.flatMap(({ login }) => login.shut ?? []).map(quoteIdentifier))
  const message = `On ${hostsOf(wrong)} ClickHouse refuses the reader ${names || 'a database'}, although its grants name it. Look there at revokes on single tables and columns, and run: ${toRun(showGrants([user]))}`
  return { reason: 'GrantIneffective', message }
}

/** The right on the view is there. That on what the view shows must not be given: one reader serves all tenants. */
function refusedView(logins: readonly LoggedIn[]): Problem | undefined {
  const refused = faultsOf(logins, 'refused')
  if (refused.length === 0) return undefined
  const alter = refused.map(readAsDefiner).find(sql => sql !== undefined)
  const definer = alter === undefined ? '.' : `, or let it read with your own rights: ${toRun(alter)}`
  const message = `On ${hostsOf(having(logins, 'refused'))} ClickHouse refuses the reader ${namesOf(refused.map(nameOf))}, although it may read the database: what shows another database’s rows needs a right on that one, too. Copy what it shows into the database and drop it${definer} Do not grant the reader the other database: every token would open it.`
  return { reason: 'ViewRefused', message }
}

const mostListed = 16

/** What is refused although its database is granted; undefined while nobody has tried. */
export function refusedViews(
  verifications: readonly Verification[],
): readonly Pick<TableFault, 'database' | 'name'>[] | undefined {
  if (verifications.length === 0) return undefined
  const refused = faultsOf(loggedIn(verifications), 'refused').slice(0, mostListed)
  return refused.map(({ database, name }) => ({ database, name }))
}

function unproven(verifications: readonly Verification[]): Problem | undefined {
  const logins = loggedIn(verifications)
  const failures = verifications.flatMap(each =>
    each.kind === 'failed' ? each.because : each.kind === 'loggedIn' ? (each.login.failure ?? []) : [],
  )
  const unread = logins.filter(({ login }) => login.opens === undefined && login.faults !== undefined)
  if (failures.length === 0 && unread.length === 0) return undefined
  const known = logins.length === 0 ? '' : ` Known so far: ${foundText(logins)}.`
  const failed = failures.length === 0 ? '' : ` ${failures.join('; ')}. It is tried again.`
  const message = `The reader could not be tried to the end.${failed}${brokenText(logins)}${known}`
  return { reason: 'ReaderUnverified', message }
}

function foundText(all: readonly LoggedIn[]): string {
  const logins = all.map(({ login }) => login)
  const isUnread = logins.some(({ opens, faults, failure }) => opens === undefined && (faults ?? failure))
  const opened = logins.some(({ opens }) => opens === true)
    ? 'a granted database opens'
    : isUnread
      ? 'nothing that is granted could be read'
      : 'no database is granted yet that could be tried'
  const shut = logins.some(({ refuses }) => refuses === true)
    ? 'one that is not granted does not'
    : 'there is none yet that it should not open'
  return `readonly is 2, ${opened}, ${shut}`
}

/** A tenant’s own affair: the reader is as it should be. */
function brokenText(logins: readonly LoggedIn[]): string {
  const broken = faultsOf(logins, 'broken').map(fault => `${nameOf(fault)}: ${fault.because}`)
  if (broken.length === 0) return ''
  const hosts = hostsOf(having(logins, 'broken'))
  return ` On ${hosts} these cannot be read, for reasons of their own: ${namesOf(broken)}.`
}

function having(logins: readonly LoggedIn[], kind: TableFault['kind']): readonly LoggedIn[] {
  return logins.filter(({ login }) => login.faults?.some(fault => fault.kind === kind))
}

function faultsOf(logins: readonly LoggedIn[], kind: TableFault['kind']): readonly TableFault[] {
  const byName = new Map<string, TableFault>()
  for (const { login } of logins) {
    for (const fault of login.faults ?? []) if (fault.kind === kind) byName.set(nameOf(fault), fault)
  }
  return [...byName.values()].toSorted((a, b) => (nameOf(a) < nameOf(b) ? -1 : 1))
}

function nameOf({ database, name }: TableFault): string {
  return `${quoteIdentifier(database)}.${quoteIdentifier(name)}`
}

/** Each once, in order, so that the same facts give the same words. */
function namesOf(names: readonly string[]): string {
  return listText([...new Set(names)].toSorted(), { most: mostNamed })
}
