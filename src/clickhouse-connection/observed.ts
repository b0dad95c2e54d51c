import type { ObjectKey } from '../api/object.ts'
import type { DepartureObserved } from './departure/observed.ts'
import type { ReaderObserved } from './reader/observed.ts'
import type { ServerObserved } from './server/observed.ts'

/** All that a decision about one connection rests on: plain data, read once. */
export interface Observed extends ServerObserved, ReaderObserved, DepartureObserved {
  readonly key: ObjectKey
  /** Nothing may be changed. */
  readonly observing: boolean
}
