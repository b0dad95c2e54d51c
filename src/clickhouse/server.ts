import { randomBytes } from 'node:crypto'
import type { Redacted } from '../core/redaction/redacted.ts'
import { defaultTimeouts, Endpoint } from './endpoint/endpoint.ts'
import type { Credentials } from './endpoint/sender.ts'
import { ClickHouseError } from './errors.ts'
import { noClickHouseMetrics } from './metrics.ts'
import { readerCredential } from './reader-credential.ts'
import { Replicas, type ReplicasOptions } from './replicas.ts'
import { SnapshotReader } from './catalog/snapshot-reader.ts'
import type { DatabaseView, Snapshot } from './catalog/snapshot.ts'
import * as statements from './statements.ts'
import { readDropLimit, readTables, readTotals, type TableTotals, type TableView } from './catalog/tables.ts'

/** `answers` is closed with the server. */
export interface ServerOptions extends ReplicasOptions {
  /** Least time between two readings, in milliseconds. */
  readonly spacingMs?: number
}

export interface NewDatabaseRequest {
  readonly name: string
  /** The uuid that is wished for. Absent, or in use on that replica: a fresh one is taken. */
  readonly uuid?: string | undefined
  readonly comment: string
}

/** Which replicas; all by default. */
export interface Targets {
  readonly urls?: readonly string[]
}

/**
 * One ClickHouse: all its replicas, under the operator's account. Every statement may be repeated. Its change is in
 * `latest()` at once, and stays there when a snapshot arrives that was begun before it.
 *
 * Every method throws ClickHouseError. The error is `uncertain` when the change may have been made all the same; the
 * next `snapshot()` then reads anew.
 */
export class Server {
  readonly urls: readonly string[]
  readonly readerUser: string
  readonly #options: ServerOptions
  readonly #replicas: Replicas
  readonly #snapshots: SnapshotReader<Snapshot>
  readonly #closed = new AbortController()
  readonly #listeners = new Set<() => void>()
  readonly #certificates = new Map<string, number>()

  constructor(options: ServerOptions) {
    this.#options = options
    this.urls = options.endpoints
    this.readerUser = options.readerUser
    const onCertificate = (url: string, endsAt: number) => this.#certificates.set(url, endsAt)
    this.#replicas = new Replicas({ ...options, onCertificate }, () => {
      for (const listener of this.#listeners) listener()
    })
    this.#snapshots = new SnapshotReader({
      clock: options.clock,
      spacingMs: options.spacingMs ?? 1_000,
      signal: this.#closed.signal,
      read: signal => this.#read(signal),
    })
  }

  /** The uuid of the server behind an endpoint, as it says. Undefined while that is open, and if it does not tell. */
  identityOf(url: string): string | undefined {
    return this.urls.includes(url) ? this.#replicas.get(url).server : undefined
  }

  /**
   * When the first of its endpoints’ certificates ends, as last shown: milliseconds since the epoch. Undefined where none
   * was shown.
   */
  get certificatesEndAt(): number | undefined {
    return this.#certificates.size === 0 ? undefined : Math.min(...this.#certificates.values())
  }

  /** What is known without asking the server. Our own successful writes are in it. */
  latest(): Snapshot | undefined {
    return this.#snapshots.latest
  }

  /**
   * What is known. It is read anew when it is older than `maxAgeMs`, or when something happened that it does not show.
   * One reading serves all who ask meanwhile. A replica that does not answer is a view that says so.
   *
   * @throws ClickHouseError `aborted` when the server is closed; the signal's reason when it aborts
   */
  async snapshot({ maxAgeMs }: { readonly maxAgeMs: number }, signal: AbortSignal): Promise<Snapshot> {
    this.#closed.signal.throwIfAborted()
    const oldest = this.#options.clock.monotonic() - maxAgeMs
    const doubtedAt = this.#replicas.doubtedAt
    return await this.#snapshots.get(startedAt => startedAt >= oldest && startedAt > doubtedAt, signal)
  }

  /** Calls `listener` when a replica is found down, or back. @returns a function that ends it */
  subscribe(listener: () => void): () => void {
    this.#listeners.add(listener)
    return () => this.#listeners.delete(listener)
  }

  /** Success proves that the database is new and ours. @throws ClickHouseError `databaseExists`: read its mark */
  async createDatabase(
    url: string,
    request: NewDatabaseRequest,
    signal: AbortSignal,
  ): Promise<{ readonly uuid: string }> {
    const replica = this.#replicas.get(url)
    const { name, comment } = request
    const uuid = replica.freeUuid(request.uuid)
    await replica.ask(endpoint => endpoint.run(statements.createDatabase({ name, uuid, comment }), signal))
    replica.wrote({ kind: 'database', name, view: { uuid, comment, engine: 'Atomic' } })
    return { uuid }
  }

  /**
   * The database as it is now, or undefined. If the last snapshot has it otherwise, the next one is read anew.
   */
  async readDatabase(url: string, name: string, signal: AbortSignal): Promise<DatabaseView | undefined> {
    const replica = this.#replicas.get(url)
    const found = await replica.readDatabase(name, signal)
    if (replica.knows(name)?.comment !== found?.comment) replica.doubt()
    return found
  }

  /** Rewrites the mark of a database that exists. Check whose it is first. @throws ClickHouseError `databaseMissing` */
  async setComment(url: string, name: string, comment: string, signal: AbortSignal): Promise<void> {
    const replica = this.#replicas.get(url)
    await replica.ask(endpoint => endpoint.run(statements.commentDatabase(name, comment), signal))
    replica.wrote({ kind: 'comment', name, comment })
  }

  /**
   * Lets the reader read the database, on `urls`. Where access storage is replicated, one statement serves all of
   * them. What several callers ask for within milliseconds goes out as one statement. The database need not exist.
   */
  async grantRead(database: string, { urls }: Targets, signal: AbortSignal): Promise<void> {
    await this.#replicas.changeAccess('grant', database, urls ?? this.urls, signal)
  }

  /** Takes the database from the reader, as `grantRead` gives it. What a role gives stays: `rolesThatOpen` names it. */
  async revokeRead(database: string, { urls }: Targets, signal: AbortSignal): Promise<void> {
    await this.#replicas.changeAccess('revoke', database, urls ?? this.urls, signal)
  }

  /** The tables of a database with their sizes, in an order in which they can be dropped. */
  async tables(url: string, database: string, signal: AbortSignal): Promise<readonly TableView[]> {
    return await this.#replicas.get(url).ask(endpoint => readTables(endpoint, database, signal))
  }

  /** The tables of each of these databases, summed up; those without tables are left out. */
  async totals(
    url: string,
    databases: readonly string[],
    signal: AbortSignal,
  ): Promise<ReadonlyMap<string, TableTotals>> {
    return await this.#replicas.get(url).ask(endpoint => readTotals(endpoint, databases, signal))
  }

  /** The size in bytes beyond which the server refuses to drop a table. Undefined: it drops any. */
  async dropLimit(url: string, signal: AbortSignal): Promise<number | undefined> {
    return await this.#replicas.get(url).ask(endpoint => readDropLimit(endpoint, signal))
  }

  /** @throws ClickHouseError `tableMissing`: it was dropped before; `tableTooBig`: it was not dropped */
  async dropTable(
    url: string,
    { database, table }: { readonly database: string; readonly table: Pick<TableView, 'name' | 'engine'> },
    signal: AbortSignal,
  ): Promise<void> {
    await this.#replicas.get(url).ask(endpoint => endpoint.run(statements.dropTable(database, table), signal))
  }

  /**
   * Creates the reader with this password and `readonly = 2`. Success proves that this password is the one in force.
   *
   * @throws ClickHouseError `readerExists`: its password is somebody else's
   */
  async createReader(url: string, password: Redacted<string>, signal: AbortSignal): Promise<void> {
    const credential = readerCredential(password, randomBytes(16).toString('hex'))
    const replica = this.#replicas.get(url)
    await replica.ask(endpoint => endpoint.run(statements.createReader(this.readerUser, credential), signal))
    for (const other of this.#replicas.sharing(replica)) other.doubt()
  }

  /** Asks one replica what no method here asks. Fails at once while the replica is known to be down. */
  async ask<T>(url: string, work: (endpoint: Endpoint) => Promise<T>): Promise<T> {
    return await this.#replicas.get(url).ask(work)
  }

  /** Opens one replica under another account. The caller closes it. */
  openAs(url: string, credentials: Credentials): Endpoint {
    const {
      ca,
      lookup,
      clock,
      timeouts = defaultTimeouts,
      metrics = noClickHouseMetrics,
      answers,
      fence,
    } = this.#options
    return new Endpoint({ url, ca, lookup, clock, credentials, timeouts, metrics, answers, fence })
  }

  /** Tells other operators that look at this replica that this one works. */
  async announce(url: string, text: string, signal: AbortSignal): Promise<void> {
    await this.#replicas.get(url).announce(text, signal)
  }

  /** Ends all waiting and closes all connections. */
  async close(): Promise<void> {
    if (this.#closed.signal.aborted) return
    this.#closed.abort(new ClickHouseError('aborted', 'the connection to ClickHouse was closed'))
    this.#listeners.clear()
    await this.#replicas.close()
    this.#options.answers?.close()
  }

  async #read(signal: AbortSignal): Promise<Snapshot> {
    const takenAt = this.#options.clock.monotonic()
    const endpoints = await this.#replicas.read(signal)
    signal.throwIfAborted()
    return { takenAt, endpoints }
  }
}
