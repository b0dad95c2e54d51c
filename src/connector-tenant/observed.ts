import type { ObjectKey } from '../api/object.ts'
import type { ObservedEndpoint } from './access/plan.ts'
import type { ClaimObserved } from './claim/observed.ts'
import type { TokenObserved } from './token/observed.ts'

/**
 * All that a decision about one tenant rests on: plain data, read once. What is missing is undefined, and the checks
 * say what that means.
 */
export interface Observed extends ClaimObserved, TokenObserved {
  /** Milliseconds since the epoch. */
  readonly now: number
  /** Nothing may be changed: `--dry-run`, or the annotation `lenskeeper.dev/mode: Observe`. */
  readonly observing: boolean
  /** Prefixes that `spec.secret` may use, besides names without one. */
  readonly metadataPrefixes: readonly string[]
  readonly partnerKeyRef: ObjectKey
  /** Undefined where this operator may not read namespaces. */
  readonly namespaceLabels: Readonly<Record<string, string>> | undefined
  readonly endpoints: readonly ObservedEndpoint[]
}
