/** Every effect this controller can have: plain data, one external call each, each safe to repeat. */
import type { AccessStep } from './access/steps.ts'
import type { ClaimStep } from './claim/steps.ts'
import type { TokenStep } from './token/steps.ts'

export type Step = ClaimStep | AccessStep | TokenStep
