import type { Problem } from '../api/problem.ts'
import type { PartnerKeyReason } from '../api/reasons.ts'

/** Something that stands in the way, in words for whoever runs the PartnerKey. */
export type KeyProblem = Problem<PartnerKeyReason>

/** A step that failed and is tried again, in words. */
export type Failure = Pick<KeyProblem, 'reason' | 'message'>
