import type { Problem } from '../api/problem.ts'
import type { SecureEmbedReason } from '../api/reasons.ts'

/** What stands in the way of an embed, in words for its author. */
export type EmbedProblem = Problem<SecureEmbedReason>
