/**
 * What the controller remembers of each connection between two runs. All of it only saves time or calms a rush:
 * whatever is lost with the process is found again on the server.
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
