import type { ObjectKey } from '../../api/object.ts'

/** Told of what has changed on a server. */
export interface ServerListener {
  /** What the server says of these databases has changed. */
  databases?(connection: ObjectKey, databases: readonly string[]): void
  /** The connection can be used again, or differently. That concerns all that need it, or only those not Ready. */
  usable?(connection: ObjectKey, options: { readonly unreadyOnly: boolean }): void
  /** The server answers. Called after each look that it answered. */
  answers?(connection: ObjectKey): void
}

/** Passes on what a connection finds when it looks at its server. */
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
