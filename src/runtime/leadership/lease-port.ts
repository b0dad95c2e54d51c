import type { ElectionAnswer } from './election.ts'
import type { Lease, LeaseRecord } from './lease.ts'

/** The one Lease of an election, at the API server. Rejects when there is no usable answer. */
export interface LeasePort {
  /** For people, `namespace/name`. */
  readonly name: string
  read(signal: AbortSignal): Promise<ElectionAnswer>
  create(record: LeaseRecord, signal: AbortSignal): Promise<ElectionAnswer>
  /** Writes over exactly this version. */
  replace(over: Lease, record: LeaseRecord, signal: AbortSignal): Promise<ElectionAnswer>
}
