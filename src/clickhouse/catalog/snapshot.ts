import type { ClickHouseError } from '../errors.ts'
import type { KnownServers } from './answering.ts'
import type { LiveRights, ReaderRights } from './reader-rights.ts'

export interface DatabaseView {
  readonly uuid: string
  /** At most 1024 characters. Whoever made the database wrote it, so it is not trusted and never shown. */
  readonly comment: string
  readonly engine: string
}

/** Where users, roles and grants are kept. */
export interface AccessStorage {
  /** True when a change of the reader made on one replica is made on all. */
  readonly replicated: boolean
  /** The storage that has the reader, or that would take it; absent when none is writable. */
  readonly name?: string | undefined
  readonly type?: string | undefined
}

export interface ServerIdentity {
  readonly uuid: string
  /** As it stands in the head of each answer; mostly its host's name. */
  readonly name: string | undefined
}

/** One replica as it was at one moment, with our own successful writes since then. */
export interface EndpointSnapshot {
  readonly url: string
  readonly version: string
  /** Who it is. Undefined when it does not tell. */
  readonly server?: ServerIdentity | undefined
  /** By the server's own clock, as it was read: milliseconds since the epoch. Undefined when it tells no time. */
  readonly time: number | undefined
  readonly databases: ReadonlyMap<string, DatabaseView>
  readonly reader: ReaderRights
  readonly accessStorage: AccessStorage
}

/** A snapshot that takes in our own writes. It changes in place, as there may be 10,000 entries. */
export interface LiveEndpoint extends EndpointSnapshot {
  readonly databases: Map<string, DatabaseView>
  readonly reader: LiveRights
}

export type EndpointView = EndpointLook &
  (
    | { readonly ok: true; readonly data: EndpointSnapshot }
    | { readonly ok: false; readonly error: ClickHouseError }
  )

interface EndpointLook {
  readonly url: string
  readonly takenAt: number
  /** Which servers have answered there. */
  readonly servers?: KnownServers | undefined
  /** What operators have announced there. Undefined when nobody asked, or could. */
  readonly announced?: string | undefined
}

/** All replicas, in the order of the connection's endpoints. */
export interface Snapshot {
  /** When the reading *began*, in monotonic milliseconds. All that happened before is in it. */
  readonly takenAt: number
  readonly endpoints: readonly EndpointView[]
}

/** A successful write of ours, to be put into a snapshot that lacks it. */
export type Change =
  | { readonly kind: 'database'; readonly name: string; readonly view: DatabaseView }
  | { readonly kind: 'comment'; readonly name: string; readonly comment: string }
  | { readonly kind: 'grant' | 'revoke'; readonly names: readonly string[] }

interface Entry {
  /** When its success was known, in monotonic milliseconds. */
  readonly at: number
  readonly change: Change
}

/**
 * Our own writes that a snapshot may lack. A snapshot lacks a write if it began before the write's success was known;
 * the write is then put into it.
 */
export class Journal {
  #entries: Entry[] = []

  add(change: Change, at: number): void {
    this.#entries.push({ at, change })
  }

  /** Puts every change that `data` may lack into it, oldest first. */
  apply(data: LiveEndpoint, takenAt: number): void {
    for (const entry of this.#entries) if (entry.at >= takenAt) applyChange(data, entry.change)
  }

  /** Forgets the writes that every snapshot begun at `takenAt` or later has by itself. */
  prune(takenAt: number): void {
    this.#entries = this.#entries.filter(entry => entry.at >= takenAt)
  }
}

export function applyChange(data: LiveEndpoint, change: Change): void {
  switch (change.kind) {
    case 'database':
      data.databases.set(change.name, change.view)
      return
    case 'comment': {
      const database = data.databases.get(change.name)
      if (database !== undefined) data.databases.set(change.name, { ...database, comment: change.comment })
      return
    }
    case 'grant':
      for (const name of change.names) data.reader.noteGrant(name)
      return
    case 'revoke':
      for (const name of change.names) data.reader.noteRevoke(name)
      return
    default:
      throw new TypeError(change satisfies never)
  }
}
