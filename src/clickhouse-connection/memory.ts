/**
 * What the controller remembers of each connection between two runs. It saves time and calms a rush, and may be lost:
 * all of it can be found on the server again.
 */
import type { ObjectKey } from '../api/object.ts'
import { putNewest } from '../core/newest.ts'
import { newDepartureMemory, type DepartureMemory, type LossMemory } from './departure/memory.ts'
import { newReaderMemory, type ReaderMemory } from './reader/memory.ts'
import { newServerMemory, type ServerMemory } from './server/memory.ts'
import { newWakeMemory, type WakeMemory } from './wake/memory.ts'

export interface ConnectionMemory {
  readonly server: ServerMemory
  readonly reader: ReaderMemory
  readonly departure: DepartureMemory
  readonly wake: WakeMemory
}

const mostKept = 1_000

export class Memories {
  readonly #byConnection = new Map<ObjectKey, ConnectionMemory>()
  /** Of connections that are not there: one that is deleted and made anew must not begin the count anew. */
  readonly #losses = new Map<ObjectKey, LossMemory>()

  get(connection: ObjectKey): ConnectionMemory {
    const known = this.#byConnection.get(connection)
    if (known !== undefined) return known
    const fresh = newMemory(this.#losses.get(connection))
    this.#losses.delete(connection)
    this.#byConnection.set(connection, fresh)
    return fresh
  }

  /** What is remembered, if anything. */
  known(connection: ObjectKey): ConnectionMemory | undefined {
    return this.#byConnection.get(connection)
  }

  /** Forgets all but who was let go of late; what an object was let go of, another of that name may do no more. */
  forget(connection: ObjectKey): void {
    const losses = this.#byConnection.get(connection)?.departure.losses
    this.#byConnection.delete(connection)
    if (losses?.access.isLoaded !== true) return
    losses.access.settle(() => true)
    losses.tables.settle(() => true)
    putNewest(this.#losses, connection, losses, mostKept)
  }
}

/** @param losses what is known of an earlier object of that name */
export function newMemory(losses?: LossMemory): ConnectionMemory {
  return {
    server: newServerMemory(),
    reader: newReaderMemory(),
    departure: newDepartureMemory(losses),
    wake: newWakeMemory(),
  }
}
