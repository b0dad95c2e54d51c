import type { Server } from '../../clickhouse/server.ts'
import { markIn } from '../../tenancy/mark.ts'

/** A tenant that a mark names and that is not there any more, or names another database by now. */
export interface DepartedTenant {
  readonly namespace: string
  readonly name: string
  readonly database: string
}

/** One about whom something is left to do. */
export interface Departed extends DepartedTenant {
  /** When it was first found gone; monotonic milliseconds. */
  readonly since: number
  /** The watch told of it, so the sweep's grace does not apply. */
  readonly noted: boolean
}

export function departedKey({ namespace, name, database }: DepartedTenant): string {
  return `${namespace}/${name} ${database}`
}

/** Whether the last that is known of the server names the tenant, or does not tell. */
export function mayConcern(
  server: Pick<Server, 'latest'> | undefined,
  { namespace, name, database }: DepartedTenant,
): boolean {
  const latest = server?.latest()
  if (latest === undefined) return server !== undefined
  return latest.endpoints.some(view => {
    if (!view.ok) return true
    const found = view.data.databases.get(database)
    const mark = markIn(found?.comment ?? '')
    return mark?.namespace === namespace && mark.name === name
  })
}
