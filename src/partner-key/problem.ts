import type { PartnerKeyReason } from '../api/reasons.ts'

/** Something that stands in the way, in words for whoever runs the PartnerKey. */
export interface Problem {
  readonly reason: PartnerKeyReason
  readonly message: string
  /** Only a change by a person helps. */
  readonly stalled: boolean
}

/** A step that failed and is tried again, in words. */
export type Failure = Pick<Problem, 'reason' | 'message'>
