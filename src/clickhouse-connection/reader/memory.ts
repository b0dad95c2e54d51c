import type { Remembered } from '../server/memory.ts'
import type { Verification } from './observed.ts'

export interface ReaderMemory {
  /** What came of the last login, by endpoint. */
  readonly verifications: Map<string, Remembered<Verification>>
}

export function newReaderMemory(): ReaderMemory {
  return { verifications: new Map() }
}
