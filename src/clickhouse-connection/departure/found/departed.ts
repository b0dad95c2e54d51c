import type { Server } from '../../../clickhouse/server.ts'
import { markIn } from '../../../tenancy/mark.ts'

/** A tenant that a mark names, but that does not exist any more, or now names another database. */
export interface DepartedTenant {
  readonly namespace: string
  readonly name: string
  readonly database: string
}

/** A tenant that is gone, and where it left something. */
export interface LeftBehind extends DepartedTenant {
  /** Endpoints on which its departure is this connection's. */
  readonly on: ReadonlySet<string>
}

/** A departed tenant for which something is left to do. */
export interface Departed extends LeftBehind, Waiting {}

export interface Waiting {
  /** When it was first found gone; monotonic milliseconds. */
  readonly since: number
  /** The watch told of it, so the sweep's grace does not apply. */
  readonly noted: boolean
  /** The brake let it go, or a person did. It is not asked about again. */
  readonly letGo: boolean
}

export function departedKey({ namespace, name, database }: DepartedTenant): string {
  return `${namespace}/${name} ${database}`
}

/** To empty a database is a task for each endpoint. */
export function emptyingKey(url: string, departed: DepartedTenant): string {
  return `${url} ${departedKey(departed)}`
}

/**
 * Whether the server has something of the tenant that can be taken now, by what is last known of it. From an endpoint
 * that is away nothing can: when it is back, the connection is looked at for that. Otherwise anybody who comes and goes
 * would have the others read as long as one is away.
 */
export function mayConcern(
  server: Pick<Server, 'latest'> | undefined,
  { namespace, name, database }: DepartedTenant,
): boolean {
  const latest = server?.latest()
  if (latest === undefined) return server !== undefined
  return latest.endpoints.some(view => {
    if (!view.ok) return false
    const found = view.data.databases.get(database)
    const mark = markIn(found?.comment ?? '')
    return mark?.namespace === namespace && mark.name === name
  })
}
