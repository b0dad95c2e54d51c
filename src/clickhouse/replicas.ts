import type { LookupFunction } from 'node:net'
import type { Clock } from '../core/clock.ts'
import { noFence, type Fence } from '../core/fence.ts'
import type { Random } from '../core/random.ts'
import type { Logger } from '../telemetry/log.ts'
import { GrantWriter, type AccessVerb } from './grant-writer.ts'
import type { AnswerShare } from './endpoint/answer-budget.ts'
import { defaultTimeouts, type Timeouts } from './endpoint/endpoint.ts'
import type { Credentials } from './endpoint/sender.ts'
import { ClickHouseError } from './errors.ts'
import { noClickHouseMetrics, type ClickHouseMetrics } from './metrics.ts'
import type { PresenceKeeper } from './presence/presence-keeper.ts'
import { Replica } from './replica.ts'
import type { KnownServers } from './catalog/answering.ts'
import type { EndpointView } from './catalog/snapshot.ts'
import { withoutTwins } from './catalog/twins.ts'
import { withoutOld } from './catalog/version.ts'
import * as statements from './statements.ts'

export interface ReplicasOptions {
  /** One URL a replica, without user information. */
  readonly endpoints: readonly string[]
  readonly credentials: Credentials
  /** The authorities to trust, PEM. Default: the system's. */
  readonly ca?: string | undefined
  /** How endpoints' names are looked up. Default: as Node does. */
  readonly lookup?: LookupFunction | undefined
  readonly readerUser: string
  /** Which servers were known to answer, by endpoint. */
  readonly servers?: ReadonlyMap<string, KnownServers> | undefined
  readonly clock: Clock
  readonly random: Random
  readonly log: Logger
  readonly timeouts?: Timeouts | undefined
  readonly metrics?: ClickHouseMetrics | undefined
  /** What answers count against. Default: each replica by itself. */
  readonly answers?: AnswerShare | undefined
  /** Asked before each statement. Default: every one may be sent. */
  readonly fence?: Fence | undefined
  /** Is told with each new connection when the certificate of an endpoint ends: milliseconds since the epoch. */
  readonly onCertificate?: ((url: string, endsAt: number) => void) | undefined
  /** Who else works there. Default: nobody asks. */
  readonly presence?: PresenceKeeper | undefined
}

/** The replicas of one ClickHouse, each with its one writer of the reader's grants. */
export class Replicas {
  readonly #options: ReplicasOptions
  readonly #replicas: ReadonlyMap<string, Replica>
  readonly #writers: ReadonlyMap<string, GrantWriter>
  readonly #onChange: () => void

  /** @param onChange called when a replica is found down, or back */
  constructor(options: ReplicasOptions, onChange: () => void) {
    this.#options = options
    this.#onChange = onChange
    this.#replicas = new Map(options.endpoints.map(url => [url, this.#open(url)]))
    this.#writers = new Map([...this.#replicas].map(([url, replica]) => [url, this.#writerOf(replica)]))
  }

  /** @throws ClickHouseError when the connection has no such endpoint */
  get(url: string): Replica {
    return found(this.#replicas, url)
  }

  /** Monotonic milliseconds of the last sign that what was read of any replica no longer holds. */
  get doubtedAt(): number {
    return Math.max(...[...this.#replicas.values()].map(replica => replica.doubtedAt))
  }

  /** Reads all of them anew, side by side. */
  async read(signal: AbortSignal): Promise<EndpointView[]> {
    const views = [...this.#replicas.values()].map(replica => replica.read(signal))
    return this.#withoutContested(withoutOld(withoutTwins(await Promise.all(views))))
  }

  /** While another operator works on one of them, all count as away. */
  #withoutContested(views: EndpointView[]): EndpointView[] {
    const { presence, fence = noFence } = this.#options
    if (presence === undefined) return views
    const before = presence.objection
    // One that no longer leads may read what the next one announces.
    if (fence.isOpen)
      for (const { url, announced, takenAt } of views)
        if (announced !== undefined) presence.note(url, announced, takenAt)
    const { objection: error } = presence
    if ((before === undefined) !== (error === undefined)) this.#onChange()
    if (error === undefined) return views
    return views.map(view => (view.ok ? { ...lookOf(view), ok: false, error } : view))
  }

  /** Rejects with the first failure once every target has answered. */
  async changeAccess(
    verb: AccessVerb,
    database: string,
    urls: readonly string[],
    signal: AbortSignal,
  ): Promise<void> {
    const results = await Promise.allSettled(
      this.#accessTargets(urls).map(url => found(this.#writers, url).submit(verb, database, signal)),
    )
    for (const result of results) if (result.status === 'rejected') throw result.reason
  }

  /** Where a change of access has to be sent: one of the replicas where access is replicated, else all. */
  #accessTargets(urls: readonly string[]): readonly string[] {
    const [first] = urls
    if (first === undefined || !urls.every(url => this.get(url).accessIsReplicated)) return urls
    return [urls.find(url => !this.get(url).isDown) ?? first]
  }

  /** The replicas that a change of access on this one reaches. */
  sharing(replica: Replica): readonly Replica[] {
    if (!replica.accessIsReplicated) return [replica]
    return [...this.#replicas.values()].filter(other => other.accessIsReplicated)
  }

  async close(): Promise<void> {
    for (const writer of this.#writers.values()) writer.close()
    await Promise.all([...this.#replicas.values()].map(replica => replica.close()))
  }

  #open(url: string): Replica {
    const {
      credentials,
      ca,
      lookup,
      clock,
      random,
      log,
      readerUser,
      metrics,
      answers,
      servers,
      fence,
      onCertificate,
      presence,
    } = this.#options
    const timeouts = this.#options.timeouts ?? defaultTimeouts
    const replica: Replica = new Replica({
      url,
      credentials,
      ca,
      lookup,
      clock,
      random,
      readerUser,
      timeouts,
      answers,
      fence,
      presence,
      servers: servers?.get(url),
      probeMs: timeouts.probeMs,
      onCertificate: endsAt => onCertificate?.(url, endsAt),
      metrics: metrics ?? noClickHouseMetrics,
      onChange: () => {
        const fields = { endpoint: new URL(url).host, code: replica.known?.code }
        if (replica.isDown) log.warn(fields, 'a ClickHouse endpoint cannot be used')
        else log.info(fields, 'a ClickHouse endpoint can be used again')
        this.#onChange()
      },
    })
    return replica
  }

  #writerOf(replica: Replica): GrantWriter {
    const { clock, readerUser } = this.#options
    return new GrantWriter({
      clock,
      run: async (verb, names, signal) => {
        const make = verb === 'grant' ? statements.grantRead : statements.revokeRead
        await replica.ask(endpoint => endpoint.run(make(names, readerUser), signal))
        for (const other of this.sharing(replica)) other.wrote({ kind: verb, names })
      },
    })
  }
}

function lookOf({ url, takenAt, servers, announced }: EndpointView) {
  return { url, takenAt, servers, announced }
}

function found<T>(byUrl: ReadonlyMap<string, T>, url: string): T {
  const value = byUrl.get(url)
  if (value === undefined) throw new ClickHouseError('other', 'this is not an endpoint of the connection')
  return value
}
