import { andMore } from '../../core/text/list-text.ts'
import type { Terminal } from '../frame/command.ts'
import type { Done } from './orphans-act.ts'
import type { OrphanDatabase, OrphanGrant, Orphans } from './orphans-list.ts'
import { stylesFor } from '../frame/styles.ts'
import { printable, renderTable } from '../frame/table.ts'

const reasons: Readonly<Record<OrphanGrant['why'], string>> = {
  missing: 'no such database',
  unmarked: 'not a tenant’s database',
  malformedMark: 'its mark cannot be read',
}

/** The databases alone, once each. */
export function orphanNames({ databases, grants }: Orphans): string {
  const names = new Set([...databases, ...grants].map(({ database }) => database))
  return [...names]
    .toSorted()
    .map(name => `${printable(name)}\n`)
    .join('')
}

/** @param isWide with the endpoints that each is on */
export function renderOrphans(
  { databases, grants, held }: Orphans,
  terminal: Terminal,
  isWide = false,
): string {
  const { strong, good, faint } = stylesFor(terminal)
  const parts: string[] = []
  if (held !== undefined)
    parts.push(
      `${strong('Held until a person says otherwise, as the operator saw it last')}\n${printable(held)}\n`,
    )
  if (databases.length + grants.length === 0)
    return [...parts, `${good('Nothing is orphaned.')}\n`].join('\n')
  if (databases.length > 0)
    parts.push(`${strong('Databases whose tenant is gone')}\n${databaseTable(databases, isWide)}`)
  const byRole = databases.filter(({ takenBy }) => takenBy.length > 0)
  if (byRole.length > 0) {
    const rows = byRole.map(({ database, takenBy }) => [database, takenBy.join('; ')])
    const head = ['DATABASE', 'STATEMENT THAT TAKES IT']
    parts.push(`${strong('Read by a role, which an administrator has to take')}\n${renderTable(head, rows)}`)
  }
  if (grants.length > 0)
    parts.push(`${strong('Rights of the reader that no tenant explains')}\n${grantTable(grants, isWide)}`)
  return `${parts.join('\n')}${faint('Nothing was changed. --revoke and --drop-retired act; --help says how.')}\n`
}

function databaseTable(databases: readonly OrphanDatabase[], isWide: boolean): string {
  const head = ['DATABASE', 'TENANT (GONE)', 'STATE', 'ON DELETE', 'READABLE', 'TABLES', 'TABLES GO']
  const rows = databases.map(entry => [
    entry.database,
    entry.tenant,
    entry.state,
    entry.onDelete,
    `${entry.readableOn.length}/${entry.endpoints.length}`,
    tablesOf(entry),
    goingOf(entry),
    ...(isWide ? [hostsOf(entry)] : []),
  ])
  return renderTable(isWide ? [...head, 'ON'] : head, rows)
}

function grantTable(grants: readonly OrphanGrant[], isWide: boolean): string {
  const head = ['DATABASE', 'WHY', 'ENDPOINTS', 'STATEMENT THAT TAKES IT']
  const rows = grants.map(grant => [
    grant.database,
    reasons[grant.why],
    isWide ? hostsOf(grant) : String(grant.endpoints.length),
    grant.statement,
  ])
  return renderTable(head, rows)
}

function hostsOf({ endpoints }: OrphanDatabase | OrphanGrant): string {
  return endpoints.map(url => new URL(url).host).join(', ')
}

function tablesOf({ tables, bytes = 0 }: OrphanDatabase): string {
  if (tables === undefined) return 'unknown'
  return tables === 0 ? '0' : `${tables} (${size(bytes)})`
}

/** A time that has passed says nothing: what counts then is what the tables wait for, or that none is left. */
function goingOf({ tables, dropsAt, isDue, heldBy }: OrphanDatabase): string {
  if (dropsAt === undefined) return ''
  if (tables === 0) return 'emptied'
  const [tenant, ...more] = heldBy
  if (tenant !== undefined)
    return `held: ${tenant} ${more.length === 0 ? 'names' : `${andMore(more.length)} name`} it`
  return isDue ? `due since ${dropsAt}` : dropsAt
}

export function renderDone(done: readonly Done[], terminal: Terminal): string {
  const { good, bad, faint } = stylesFor(terminal)
  if (done.length === 0) return 'There was nothing to do.\n'
  const words = { done: good('done   '), skipped: faint('skipped'), failed: bad('FAILED ') }
  const lines = done.map(({ description, result, message }) => {
    const why = message === '' ? '' : ` (${message})`
    return `${words[result]}  ${printable(`${description}${why}`)}`
  })
  return `${lines.join('\n')}\n`
}

const units = ['B', 'kiB', 'MiB', 'GiB', 'TiB']

function size(bytes: number): string {
  const power = bytes < 1 ? 0 : Math.min(units.length - 1, Math.floor(Math.log2(bytes) / 10))
  return `${Math.round(bytes / 1024 ** power)} ${units[power]}`
}
