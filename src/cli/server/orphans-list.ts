/** What nobody declares any more: databases whose tenant is gone, and grants that no tenant explains. Pure. */
import { findCondition, messageOf } from '../../api/conditions.ts'
import type { ConnectorTenant } from '../../api/connector-tenant.ts'
import { revokeRead, revokeRole } from '../../clickhouse/statements.ts'
import { planDepartures } from '../../clickhouse-connection/departure/plan.ts'
import { durationOf } from '../../core/duration.ts'
import type { Observed } from '../../clickhouse-connection/observed.ts'
import type { DepartureStep } from '../../clickhouse-connection/departure/steps.ts'
import { toTimestamp } from '../../core/timestamp.ts'
import { dueOf } from '../../tenancy/departure/retired-tables.ts'
import type { Sizes } from './orphans-size.ts'
import { isOurs, type Mark, markIn, readMark } from '../../tenancy/mark.ts'

export interface OrphanDatabase {
  readonly database: string
  /** `namespace/name`. */
  readonly tenant: string
  readonly state: Mark['state']
  readonly onDelete: Mark['onDelete']
  readonly endpoints: readonly string[]
  /** Endpoints on which the reader may still read it. */
  readonly readableOn: readonly string[]
  /** For an administrator to run, where nothing but roles lets the reader read it: no `--revoke` takes that. */
  readonly takenBy: readonly string[]
  /** On the endpoint that has most. Undefined where an endpoint did not tell. */
  readonly tables: number | undefined
  readonly bytes: number | undefined
  /** When the operator removes the tables; undefined unless the database is retired. */
  readonly dropsAt: string | undefined
  /** That time has come. */
  readonly isDue: boolean
  /** Tenants that name it and may have it: as long as there is one, its tables stay. `namespace/name`. */
  readonly heldBy: readonly string[]
}

export interface OrphanGrant {
  readonly database: string
  readonly endpoints: readonly string[]
  readonly why: 'missing' | 'unmarked' | 'malformedMark'
  /** For an administrator to run. */
  readonly statement: string
}

export interface Orphans {
  readonly databases: readonly OrphanDatabase[]
  readonly grants: readonly OrphanGrant[]
  /** What waits for a person, in the operator's words, with the command that lets it go. */
  readonly held: string | undefined
}

interface OrphansAtHand {
  readonly tenants: readonly ConnectorTenant[]
  readonly sizes: Sizes
  /** Tenants that may have the database. */
  readonly claimants: (database: string) => readonly string[]
}

export function listOrphans(seen: Observed, at: OrphansAtHand): Orphans {
  return { databases: orphanDatabases(seen, at), grants: orphanGrants(seen, at.tenants), held: heldIn(seen) }
}

/** Only the operator knows who left together, and when. */
function heldIn({ connection: { status } }: Observed): string | undefined {
  const held = findCondition(status?.conditions, 'SweepHeld')
  return held?.status === 'True' ? messageOf(held, status?.conditions) : undefined
}

interface Marked {
  readonly mark: Mark
  readonly endpoints: string[]
  readonly readableOn: string[]
}

/** Databases that are marked as ours and whose tenant is gone, by name. */
function findMarked(seen: Observed, tenants: readonly ConnectorTenant[]): ReadonlyMap<string, Marked> {
  const living = new Set(tenants.map(tenant => claimOf(tenant)))
  const side = { installation: seen.installation, inheritFrom: seen.connection.spec.inheritFrom }
  const found = new Map<string, Marked>()
  for (const view of seen.endpoints) {
    if (!view.ok) continue
    for (const [database, { comment }] of view.data.databases) {
      const mark = markIn(comment)
      if (mark === undefined || !isOurs(mark, side)) continue
      if (living.has(`${mark.namespace}/${mark.name} ${database}`)) continue
      const entry = found.get(database) ?? { mark, endpoints: [], readableOn: [] }
      found.set(database, entry)
      entry.endpoints.push(view.url)
      if (view.data.reader.touches(database)) entry.readableOn.push(view.url)
    }
  }
  return found
}

/** Which of these databases are where. */
export function orphansByEndpoint(
  seen: Observed,
  tenants: readonly ConnectorTenant[],
): ReadonlyMap<string, readonly string[]> {
  const places = [...findMarked(seen, tenants)].flatMap(([database, { endpoints }]) =>
    endpoints.map(url => ({ url, database })),
  )
  const byUrl = Map.groupBy(places, ({ url }) => url)
  return new Map([...byUrl].map(([url, here]) => [url, here.map(({ database }) => database)]))
}

function orphanDatabases(
  seen: Observed,
  { tenants, sizes, claimants }: OrphansAtHand,
): readonly OrphanDatabase[] {
  const { user } = seen.connection.spec.reader
  const byRole = Map.groupBy(seen.inventory.remaining, ({ database }) => database)
  const dropAfterMs = durationOf(seen.connection.spec.dropAfter)
  return [...findMarked(seen, tenants)]
    .toSorted(([a], [b]) => (a < b ? -1 : 1))
    .map(([database, { mark, endpoints, readableOn }]) => {
      const roles = [...new Set(byRole.get(database)?.flatMap(each => each.roles))].toSorted()
      const due = dueOf(mark, dropAfterMs)?.at
      return {
        database,
        tenant: `${mark.namespace}/${mark.name}`,
        state: mark.state,
        onDelete: mark.onDelete,
        endpoints,
        readableOn,
        takenBy: roles.map(role => revokeRole(role, user)),
        tables: sizes.get(database)?.tables,
        bytes: sizes.get(database)?.bytes,
        dropsAt: due === undefined ? undefined : toTimestamp(due),
        isDue: due !== undefined && due <= seen.now,
        heldBy: claimants(database),
      }
    })
}

function orphanGrants(seen: Observed, tenants: readonly ConnectorTenant[]): readonly OrphanGrant[] {
  const named = new Set(tenants.map(({ spec }) => spec.database))
  const found = new Map<string, { why: OrphanGrant['why']; endpoints: string[] }>()
  for (const view of seen.endpoints) {
    if (!view.ok) continue
    for (const database of view.data.reader.granted) {
      if (named.has(database)) continue
      const comment = view.data.databases.get(database)?.comment
      const kind = comment === undefined ? 'missing' : readMark(comment).kind
      if (kind === 'mark') continue
      const why = kind === 'missing' ? 'missing' : kind === 'none' ? 'unmarked' : 'malformedMark'
      const entry = found.get(database) ?? { why, endpoints: [] }
      // If any replica has a database of that name, the grant may be somebody's.
      if (why !== 'missing') entry.why = why
      found.set(database, entry)
      entry.endpoints.push(view.url)
    }
  }
  const { user } = seen.connection.spec.reader
  return [...found]
    .toSorted(([a], [b]) => (a < b ? -1 : 1))
    .map(([database, { why, endpoints }]) => ({
      database,
      endpoints,
      why,
      statement: revokeRead([database], user).sql,
    }))
}

function claimOf({ metadata, spec }: ConnectorTenant): string {
  return `${metadata.namespace ?? ''}/${metadata.name} ${spec.database}`
}

/** The operator's own plan for all that are gone. Its grace and its brake are off, as a person is asked instead. */
export function stepsFor(seen: Observed): readonly DepartureStep[] {
  const long = Number.NEGATIVE_INFINITY
  const departed = seen.inventory.departed.map(tenant => ({
    ...tenant,
    since: long,
    noted: true,
    letGo: true,
  }))
  return planDepartures({ ...seen, departed }).tasks.flatMap(({ steps }) => steps)
}
