import type { DepartureStep } from './departure/steps.ts'
import type { ReaderStep } from './reader/steps.ts'

/** Every effect that this controller can have: plain data, one external change each, each safe to repeat. */
export type Step = ReaderStep | DepartureStep
