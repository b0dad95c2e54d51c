import { rm } from 'node:fs/promises'
import { join, resolve } from 'node:path'
import { digest } from './rights/access-state.ts'
import type { Fault } from './http/faults.ts'
import { Replica } from './replica.ts'
import { StatementLog, type Statistics, type LoggedStatement } from './http/statement-log.ts'

export interface EmbeddedClickHouseOptions {
  /** Holds all that outlives a process: a later start here has the same databases, users and ports. */
  readonly directory: string
  readonly replicas: number
  readonly admin: { readonly username: string; readonly password: string }
  /** Settings for every user, such as `max_table_size_to_drop`. */
  readonly settings?: Readonly<Record<string, string>>
  readonly onProgress?: (message: string) => void
}

/** A ClickHouse of one or more replicas, independent of one another, on 127.0.0.1. */
export interface EmbeddedClickHouse {
  /** One URL a replica. It stays the same when the replica is stopped and started. */
  readonly endpoints: readonly string[]
  readonly admin: { readonly username: string; readonly password: string }
  stopReplica(index: number): Promise<void>
  /** Ends the process by SIGKILL. `startReplica` brings back all that it had answered for. */
  killReplica(index: number): Promise<void>
  startReplica(index: number): Promise<void>
  /** Starts the replica anew without databases and users, as on a machine that was replaced. */
  emptyReplica(index: number): Promise<void>
  /** Halts the process while connections stay open. `thawReplica` lets it go on. */
  freezeReplica(index: number): void
  thawReplica(index: number): void
  /** Replaces the faults of a replica; without any it is well again, as it is after a restart. */
  setFault(index: number, ...faults: readonly Fault[]): Promise<void>
  /** How many statements a `delay` or `hang` holds back at this moment. */
  heldBack(index: number): Promise<number>
  /** Counts of all statements answered until now, refused ones included. */
  statistics(): Promise<Statistics>
  statements(): Promise<readonly LoggedStatement[]>
  /** Process ids of the replicas that run, by index. */
  pids(): readonly (number | undefined)[]
  /** Ends all processes. The directory stays. */
  stop(): Promise<void>
}

/**
 * Starts a ClickHouse server that needs no installation: the real engine, from npm's chdb, with an HTTP interface,
 * users and grants around it. The README beside this file says what differs.
 * @throws CodedError when a process does not start; none is left running then.
 */
export async function startEmbeddedClickHouse(
  options: EmbeddedClickHouseOptions,
): Promise<EmbeddedClickHouse> {
  const log = new StatementLog(options.replicas)
  const { username, password } = options.admin
  const admin = { username, authentication: digest({ kind: 'plaintext', password }) }
  const replicas = Array.from({ length: options.replicas }, (_, index) => {
    const directory = replicaDirectory(options.directory, index)
    const setup = { directory, admin, settings: options.settings ?? {} }
    return new Replica(setup, statement => log.add(index, statement))
  })
  try {
    options.onProgress?.(`Starting ${replicas.length} embedded ClickHouse replica(s)`)
    await Promise.all(replicas.map(replica => replica.start()))
  } catch (error) {
    await Promise.all(replicas.map(replica => replica.kill()))
    throw error
  }
  return new RunningClickHouse(options, replicas, log)
}

function replicaDirectory(directory: string, index: number): string {
  return join(resolve(directory), `replica-${index}`)
}

class RunningClickHouse implements EmbeddedClickHouse {
  readonly endpoints: readonly string[]
  readonly admin: EmbeddedClickHouseOptions['admin']
  readonly #directory: string
  readonly #replicas: readonly Replica[]
  readonly #log: StatementLog

  constructor(options: EmbeddedClickHouseOptions, replicas: readonly Replica[], log: StatementLog) {
    this.endpoints = replicas.map(replica => replica.url)
    this.admin = options.admin
    this.#directory = options.directory
    this.#replicas = replicas
    this.#log = log
  }

  async stopReplica(index: number): Promise<void> {
    await this.#replica(index).stop()
  }

  async killReplica(index: number): Promise<void> {
    await this.#replica(index).kill()
  }

  async startReplica(index: number): Promise<void> {
    await this.#replica(index).start()
  }

  async emptyReplica(index: number): Promise<void> {
    await this.#replica(index).stop()
    await rm(replicaDirectory(this.#directory, index), { recursive: true, force: true })
    await this.#replica(index).start()
  }

  freezeReplica(index: number): void {
    this.#replica(index).signal('SIGSTOP')
  }

  thawReplica(index: number): void {
    this.#replica(index).signal('SIGCONT')
  }

  async setFault(index: number, ...faults: readonly Fault[]): Promise<void> {
    await this.#replica(index).setFaults(faults)
  }

  async heldBack(index: number): Promise<number> {
    return await this.#replica(index).held()
  }

  async statistics(): Promise<Statistics> {
    await Promise.all(this.#replicas.map(replica => replica.flush()))
    return this.#log.statistics()
  }

  async statements(): Promise<readonly LoggedStatement[]> {
    await Promise.all(this.#replicas.map(replica => replica.flush()))
    return this.#log.statements()
  }

  pids(): readonly (number | undefined)[] {
    return this.#replicas.map(replica => replica.pid)
  }

  async stop(): Promise<void> {
    await Promise.all(this.#replicas.map(replica => replica.stop()))
  }

  #replica(index: number): Replica {
    const replica = this.#replicas[index]
    if (replica === undefined) throw new RangeError(`There is no replica ${index}`)
    return replica
  }
}
