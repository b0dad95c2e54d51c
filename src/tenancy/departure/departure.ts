/**
 * What becomes of a tenant's database when the tenant is gone. No finalizer holds a deletion up, so all that is left is
 * the mark. Only a database whose mark names the tenant is touched: the loser of a conflict must not take the winner's
 * access away.
 */
import { type EndpointSight, sameTenant, type TenantName } from '../claim/endpoint.ts'
import { isOurs, type Mark, markIn } from '../mark.ts'

/** What a live read of the object itself said, not a cache. */
export type LiveTenant =
  /** It exists, and its spec names this database. */
  | { readonly kind: 'found'; readonly database: string }
  /** 404 for this very object. */
  | { readonly kind: 'notFound' }
  /** Anything else: an error, a 404 for the kind, or a namespace that this operator does not watch. */
  | { readonly kind: 'unknown' }

/** Whether the tenant that a mark on `database` names is gone. In doubt it is not. */
export function isGone(live: LiveTenant, database: string): boolean {
  switch (live.kind) {
    case 'found':
      return live.database !== database
    case 'notFound':
      return true
    case 'unknown':
      return false
    default:
      return live satisfies never
  }
}

export interface DepartureInput {
  readonly tenant: TenantName
  readonly installation: string
  readonly inheritFrom: readonly string[]
  /** `namespace/name` of the connection that asks, for the mark. */
  readonly connection: string
  readonly endpoints: readonly EndpointSight[]
  /** Endpoints where the departure is this connection's. */
  readonly on: ReadonlySet<string>
  /** Endpoints where the reader may read the database now. */
  readonly readableOn: ReadonlySet<string>
  /** Access storage is replicated, so an access statement reaches all endpoints. */
  readonly accessReplicated: boolean
  /** By the servers' clocks, for the mark, in milliseconds since the epoch. Without it nothing is retired. */
  readonly now: number | undefined
  /** How long the tables are kept from then on. The mark fixes it. */
  readonly dropAfterMs: number
}

export type DepartureStep =
  | { readonly kind: 'revoke'; readonly urls: readonly string[] }
  | { readonly kind: 'retire'; readonly url: string; readonly expected: string; readonly mark: Mark }

export interface Departure {
  /** Access goes first: nobody may read a retired database, which may soon be empty. */
  readonly steps: readonly DepartureStep[]
  /** Endpoints that could not be seen and have to be looked at again. */
  readonly unseen: readonly string[]
}

/** What to do for a tenant that is gone. It may be asked again; once all is done there are no steps. */
export function planDeparture(input: DepartureInput): Departure {
  const named = input.endpoints.flatMap(sight => marksNaming(sight, input))
  const steps: DepartureStep[] = []
  const urls = revocable(named, input)
  if (urls.length > 0) steps.push({ kind: 'revoke', urls })
  const { now, dropAfterMs } = input
  for (const { url, comment, mark } of named) {
    if (mark.state !== 'owned' || mark.onDelete !== 'Drop' || now === undefined) continue
    const retired: Mark = {
      ...mark,
      installation: input.installation,
      connection: input.connection,
      state: 'retired',
      retiredAt: now,
      dropsAt: now + dropAfterMs,
    }
    steps.push({ kind: 'retire', url, expected: comment, mark: retired })
  }
  return { steps, unseen: input.endpoints.filter(sight => !sight.reachable).map(sight => sight.url) }
}

interface NamedMark {
  readonly url: string
  readonly comment: string
  readonly mark: Mark
}

function marksNaming(sight: EndpointSight, input: DepartureInput): NamedMark[] {
  if (!sight.reachable || sight.database === undefined || !input.on.has(sight.url)) return []
  const { comment } = sight.database
  const mark = markIn(comment)
  if (mark === undefined || !sameTenant(mark, input.tenant) || !isOurs(mark, input)) return []
  return [{ url: sight.url, comment, mark }]
}

/** A replicated revoke reaches every endpoint. So it is sent only if nobody else has the name on any of them. */
function revocable(named: readonly NamedMark[], input: DepartureInput): readonly string[] {
  const urls = named.map(({ url }) => url)
  const wanted = urls.filter(url => input.readableOn.has(url))
  if (!input.accessReplicated) return wanted
  const present = input.endpoints.filter(sight => sight.reachable && sight.database !== undefined)
  return present.length === urls.length ? wanted : []
}
