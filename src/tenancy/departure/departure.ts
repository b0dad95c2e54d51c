/**
 * What becomes of a tenant's database when the tenant is gone. No finalizer holds a deletion up, so only the mark, read
 * now, tells anything. Only a database whose mark names the tenant is touched: the loser of a conflict must not take
 * the winner's access away.
 */
import { type EndpointSight, sameTenant, type TenantName } from '../claim/endpoint.ts'
import { isOurs, type Mark, markIn } from '../mark.ts'

/** What a live read of the object itself said, not a cache. */
export type LiveTenant =
  /** Found; the database that its spec names. */
  | { readonly kind: 'found'; readonly database: string }
  /** 404 for this very object. */
  | { readonly kind: 'notFound' }
  /** Anything else: an error, a 404 for the kind, a namespace that this operator does not watch. */
  | { readonly kind: 'unknown' }

/** Whether the tenant that a mark on `database` names is gone. In doubt it lives. */
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
  readonly endpoints: readonly EndpointSight[]
  /** Endpoints where the reader may read the database now. */
  readonly readableOn: ReadonlySet<string>
  /** Access statements reach all endpoints at once, since the access storage is replicated. */
  readonly accessReplicated: boolean
  /** Milliseconds since the epoch, for the mark. */
  readonly now: number
}

export type DepartureStep =
  | { readonly kind: 'revoke'; readonly urls: readonly string[] }
  | { readonly kind: 'retire'; readonly url: string; readonly expected: string; readonly mark: Mark }

export interface Departure {
  /** In this order: access first, since a retired database may soon be empty and is nobody's to read. */
  readonly steps: readonly DepartureStep[]
  /** Endpoints that could not be seen, and are to be looked at again. */
  readonly unseen: readonly string[]
}

/** What is to be done for a tenant that is gone. May be asked again: once all is done there are no steps. */
export function planDeparture(input: DepartureInput): Departure {
  const named = input.endpoints.flatMap(sight => marksNaming(sight, input))
  const steps: DepartureStep[] = []
  const urls = revocable(named, input)
  if (urls.length > 0) steps.push({ kind: 'revoke', urls })
  for (const { url, comment, mark } of named) {
    if (mark.state !== 'owned' || mark.onDelete !== 'Drop') continue
    const retired: Mark = {
      ...mark,
      installation: input.installation,
      state: 'retired',
      retiredAt: input.now,
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
  if (!sight.reachable || sight.database === undefined) return []
  const { comment } = sight.database
  const mark = markIn(comment)
  if (mark === undefined || !sameTenant(mark, input.tenant) || !isOurs(mark, input)) return []
  return [{ url: sight.url, comment, mark }]
}

/** A replicated revoke reaches every endpoint: it is sent only if the name is in no other hands on any of them. */
function revocable(named: readonly NamedMark[], input: DepartureInput): readonly string[] {
  const urls = named.map(({ url }) => url)
  const wanted = urls.filter(url => input.readableOn.has(url))
  if (!input.accessReplicated) return wanted
  const present = input.endpoints.filter(sight => sight.reachable && sight.database !== undefined)
  return present.length === urls.length ? wanted : []
}
