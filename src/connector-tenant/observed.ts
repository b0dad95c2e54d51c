import type { ObjectKey } from '../api/object.ts'
import type { EndpointSight } from '../tenancy/claim/endpoint.ts'
import type { ClaimObserved } from './claim/observed.ts'
import type { TokenObserved } from './token/observed.ts'

/** One endpoint of the tenant's ClickHouse, as far as this tenant's database goes. */
export type ObservedEndpoint =
  | Extract<EndpointSight, { readonly reachable: false }>
  | (Extract<EndpointSight, { readonly reachable: true }> & {
      /** The reader may read the whole database. */
      readonly granted: boolean
      /** The reader may read anything of it, by whatever grant or role. */
      readonly readable: boolean
    })

/**
 * All that a decision about one tenant rests on: plain data, read once. Whatever is missing is undefined, and
 * the checks say what that means.
 */
export interface Observed extends ClaimObserved, TokenObserved {
  /** Milliseconds since the epoch. */
  readonly now: number
  /** Nothing may be changed: `--dry-run`, or the annotation `lenskeeper.dev/mode: Observe`. */
  readonly observing: boolean
  /** Prefixes that `spec.secret` may use, beside names without one. */
  readonly metadataPrefixes: readonly string[]
  readonly partnerKeyRef: ObjectKey
  /** Undefined where this operator may not read namespaces. */
  readonly namespaceLabels: Readonly<Record<string, string>> | undefined
  readonly endpoints: readonly ObservedEndpoint[]
}
