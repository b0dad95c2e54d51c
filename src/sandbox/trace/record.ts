import type { Step } from '../embed/steps.ts'

/** One request, as far as anybody may see it: never a token, a key, a value of a parameter or a row. */
export interface TraceRecord {
  /** Counts from 1. */
  readonly number: number
  /** ISO 8601. */
  readonly at: string
  readonly method: string
  /** Without its query, and without what is no name or id in it. */
  readonly path: string
  readonly status: number
  /** How long it took. */
  readonly ms: number
  readonly embedId: string | undefined
  /** Undefined also for a text that was asked for as one and is no id. */
  readonly entryId: string | undefined
  readonly steps: readonly Step[]
}
