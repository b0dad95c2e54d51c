import type { ClickHouseErrorCode } from './error-codes.ts'
import { ClickHouseError } from './errors.ts'
import type { RefusedStatement } from './statements.ts'

/** About one name alone, or shown by the next look at the server, which names the remedy. */
const toldOtherwise: ReadonlySet<ClickHouseErrorCode> = new Set([
  'databaseExists',
  'databaseMissing',
  'tableMissing',
  'readerMissing',
  'readerExists',
  'authenticationFailed',
])

/** The statement that a server answered with an error which nothing else tells of; undefined for any other failure. */
export function refusalOf(error: unknown): RefusedStatement | undefined {
  if (!(error instanceof ClickHouseError) || toldOtherwise.has(error.code)) return undefined
  return error.refused
}

export interface NotedRefusal {
  readonly refused: RefusedStatement
  /** Monotonic milliseconds. */
  readonly at: number
}

/**
 * What servers answered when statements for tenants were last tried. A tenant's author is not told; this is how the
 * platform team gets to see it, on the connection. It may be lost: each tenant tries again.
 */
export class RefusedStatements {
  readonly #byTenant = new Map<string, NotedRefusal>()

  of(tenant: string): NotedRefusal | undefined {
    return this.#byTenant.get(tenant)
  }

  note(tenant: string, refusal: NotedRefusal): void {
    this.#byTenant.set(tenant, refusal)
  }

  /** Its statements were carried out, or it needs none, or is gone. */
  forget(tenant: string): void {
    this.#byTenant.delete(tenant)
  }
}
