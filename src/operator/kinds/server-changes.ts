import type { ObjectKey } from '../../api/object.ts'

/** Depends on what stands on a server. */
export interface ServerListener {
  /** What the server says of these databases has changed. */
  databases?(connection: ObjectKey, databases: readonly string[]): void
  /** The connection can be used again, or differently: all that need it, or those that are not Ready. */
  usable?(connection: ObjectKey, options: { readonly unreadyOnly: boolean }): void
  /** The server answers. Told with each look that it answers to. */
  answers?(connection: ObjectKey): void
}

/** What a connection finds out by looking at its server, told to whoever depends on it. */
export class ServerChanges {
  readonly #listeners = new Set<ServerListener>()

  subscribe(listener: ServerListener): void {
    this.#listeners.add(listener)
  }

  databases(connection: ObjectKey, databases: readonly string[]): void {
    for (const listener of this.#listeners) listener.databases?.(connection, databases)
  }

  usable(connection: ObjectKey, options: { readonly unreadyOnly: boolean }): void {
    for (const listener of this.#listeners) listener.usable?.(connection, options)
  }

  answers(connection: ObjectKey): void {
    for (const listener of this.#listeners) listener.answers?.(connection)
  }
}
