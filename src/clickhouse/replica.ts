import type { Clock } from '../core/clock.ts'
import type { Random } from '../core/random.ts'
import type { KnownServers } from './catalog/answering.ts'
import { readDatabaseOf, readEndpoint } from './catalog/catalog.ts'
import { Circuit } from './endpoint/circuit.ts'
import { Endpoint, type EndpointOptions } from './endpoint/endpoint.ts'
import type { ClickHouseErrorCode } from './error-codes.ts'
import { ClickHouseError } from './errors.ts'
import { announce } from './presence/announcement.ts'
import type { PresenceKeeper } from './presence/presence-keeper.ts'
import { WhoAnswers } from './catalog/who-answers.ts'
import { LastReading } from './catalog/last-reading.ts'
import type { Change, DatabaseView, EndpointView } from './catalog/snapshot.ts'
import type { Statement } from './statements.ts'

export interface ReplicaOptions extends EndpointOptions {
  readonly readerUser: string
  readonly probeMs: number
  readonly random: Random
  /** Which servers were known to answer there. */
  readonly servers?: KnownServers | undefined
  /** Who else works there. Default: nobody asks. */
  readonly presence?: PresenceKeeper | undefined
  /** Called when the replica is found down, or back, or not to be one. */
  readonly onChange: () => void
}

const probe: Statement = { kind: 'probe', sql: 'SELECT 1', what: 'reach the server', write: false }

/** One replica and what is known about it: whether it answers, what was read last, what we wrote since. */
export class Replica {
  readonly url: string
  readonly #endpoint: Endpoint
  readonly #circuit: Circuit
  readonly #reading = new LastReading()
  readonly #clock: Clock
  readonly #readerUser: string
  readonly #who: WhoAnswers
  readonly #presence: PresenceKeeper | undefined
  #view: EndpointView | undefined
  #doubtedAt = Number.NEGATIVE_INFINITY

  constructor(options: ReplicaOptions) {
    this.url = options.url
    this.#clock = options.clock
    this.#readerUser = options.readerUser
    const { servers: known, presence, onChange } = options
    this.#presence = presence
    this.#endpoint = new Endpoint({ ...options, onWrite: () => presence?.noteChange() })
    this.#who = new WhoAnswers({ host: this.#endpoint.host, known, onChange })
    this.#circuit = new Circuit({
      clock: options.clock,
      random: options.random,
      // Read, as a web server takes any statement and answers 200.
      probe: async signal => {
        await this.#endpoint.rows(probe, signal, { timeoutMs: options.probeMs, onServer: () => undefined })
      },
      onChange: () => {
        this.doubt()
        onChange()
      },
    })
  }

  get view(): EndpointView | undefined {
    return this.#view
  }

  /** The error for which it counts as down, if it does. */
  get known(): ClickHouseError | undefined {
    return this.#circuit.known ?? this.#who.objection
  }

  get isDown(): boolean {
    return this.known !== undefined
  }

  /** The uuid of the server that it is. Undefined while that is open, and if it does not tell. */
  get server(): string | undefined {
    return this.#who.server
  }

  /** Whether a change of access made here reaches all replicas that say so. False before the first reading. */
  get accessIsReplicated(): boolean {
    return this.#reading.accessIsReplicated
  }

  /**
   * A uuid for a new database. ClickHouse does not survive two databases with one uuid. So the wish is granted only
   * when it is known to be free, which it never is before the first reading.
   */
  freeUuid(wish: string | undefined): string {
    return this.#reading.freeUuid(wish)
  }

  /** Monotonic milliseconds of the last sign that what was read no longer holds. */
  get doubtedAt(): number {
    return this.#doubtedAt
  }

  /** From now on, nothing that was read before is relied upon. */
  doubt(): void {
    this.#doubtedAt = this.#clock.monotonic()
  }

  /** The database as it was last read, or as we wrote it since. */
  knows(database: string): DatabaseView | undefined {
    return this.#reading.knows(database)
  }

  /**
   * Asks the replica, or fails at once while it is known to be down, or not to be one server, or while another operator
   * works there.
   */
  async ask<T>(work: (endpoint: Endpoint) => Promise<T>): Promise<T> {
    const objection = this.#who.objection ?? this.#presence?.objection
    if (objection !== undefined) throw objection
    return await this.#ask(work)
  }

  /** One database as it is now, by the word of the server that was looked at. */
  async readDatabase(name: string, signal: AbortSignal): Promise<DatabaseView | undefined> {
    return await this.ask(async endpoint => {
      const { database, server } = await readDatabaseOf(endpoint, name, signal)
      this.#who.prove(server)
      return database
    })
  }

  /** Tells whoever looks there that this operator works. */
  async announce(text: string, signal: AbortSignal): Promise<void> {
    const session = this.#presence?.sessionAt(this.url, this.#clock.monotonic())
    if (session === undefined || this.#who.objection !== undefined) return
    await this.#ask(endpoint => endpoint.run(announce(text), signal, { session }))
  }

  async #ask<T>(work: (endpoint: Endpoint) => Promise<T>): Promise<T> {
    const known = this.#circuit.known
    if (known !== undefined) throw known
    try {
      const result = await work(this.#endpoint)
      this.#circuit.note('ok')
      return result
    } catch (error) {
      if (error instanceof ClickHouseError) {
        this.#circuit.note(error)
        if (error.uncertain || contradicts(error)) this.doubt()
      }
      throw error
    }
  }

  /** Reads everything anew. Never throws: a replica that does not answer is a view that says so. */
  async read(signal: AbortSignal): Promise<EndpointView> {
    const takenAt = this.#clock.monotonic()
    const lease = this.#endpoint.lease()
    try {
      const askWho = this.#who.isOpen
      const known = this.#reading.databases
      const session = this.#presence?.sessionAt(this.url, takenAt)
      const onStaleSession = () => this.#presence?.rest(this.url, takenAt)
      const { data, sighting, announced } = await this.#ask(endpoint =>
        readEndpoint(endpoint, this.#readerUser, { lease, known, askWho, session, onStaleSession }, signal),
      )
      this.#who.note(sighting, { elapsed: takenAt, now: this.#clock.now() })
      this.#endpoint.expectServer(data.server?.name)
      this.#reading.take(data, lease, takenAt)
      this.#view = { url: this.url, ok: true, data, takenAt, servers: this.#who.known, announced }
    } catch (error) {
      lease.close()
      this.#reading.lose()
      const failure = asClickHouseError(error)
      this.#view = { url: this.url, ok: false, error: failure, takenAt, servers: this.#who.known }
    }
    return this.#view
  }

  /** Puts a successful write of ours into what was last read and into what is being read now. */
  wrote(change: Change): void {
    this.#reading.wrote(change, this.#clock.monotonic())
  }

  async close(): Promise<void> {
    this.#reading.close()
    this.#circuit.close()
    await this.#endpoint.close()
  }
}

const contradictions: ReadonlySet<ClickHouseErrorCode> = new Set([
  'databaseExists',
  'databaseMissing',
  'readerMissing',
  'otherServer',
])

/** Whether the error contradicts what was last read. */
function contradicts(error: ClickHouseError): boolean {
  return contradictions.has(error.code)
}

function asClickHouseError(error: unknown): ClickHouseError {
  if (error instanceof ClickHouseError) return error
  return new ClickHouseError('other', 'reading the server failed in an unexpected way')
}
