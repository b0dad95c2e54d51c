/**
 * What the controller remembers of each connection between two runs. It saves time and calms a rush, and may be lost:
 * all of it can be found on the server again.
 */
import type { ObjectKey } from '../api/object.ts'
import { newDepartureMemory, type DepartureMemory } from './departure/memory.ts'
import { newReaderMemory, type ReaderMemory } from './reader/memory.ts'
import { newServerMemory, type ServerMemory } from './server/memory.ts'
import { newWakeMemory, type WakeMemory } from './wake/memory.ts'

export interface ConnectionMemory {
  readonly server: ServerMemory
  readonly reader: ReaderMemory
  readonly departure: DepartureMemory
  readonly wake: WakeMemory
}

export class Memories {
  readonly #byConnection = new Map<ObjectKey, ConnectionMemory>()

  get(connection: ObjectKey): ConnectionMemory {
    const known = this.#byConnection.get(connection)
    if (known !== undefined) return known
    const fresh = newMemory()
    this.#byConnection.set(connection, fresh)
    return fresh
  }

  forget(connection: ObjectKey): void {
    this.#byConnection.delete(connection)
  }
}

export function newMemory(): ConnectionMemory {
  return {
    server: newServerMemory(),
    reader: newReaderMemory(),
    departure: newDepartureMemory(),
    wake: newWakeMemory(),
  }
}
