import type { HandoverObserved } from './handover/observed.ts'
import type { KeysObserved } from './keys/observed.ts'
import type { RolloutObserved } from './rollout/observed.ts'

/** All that a decision about one PartnerKey rests on: plain data, read once. */
export interface Observed extends KeysObserved, RolloutObserved, HandoverObserved {
  /** Whether this operator may read the labels of namespaces. */
  readonly knowsNamespaces: boolean
}
