import { noFence, type Fence } from '../core/fence.ts'
import { AnswerBudget } from './endpoint/answer-budget.ts'
import { Lookups } from './endpoint/lookups.ts'
import type { Server } from './server.ts'
import { MarkLocks } from './locks/mark-locks.ts'
import { RefusedStatements } from './refused-statements.ts'

/** As they are counted, about what they take in memory. Ten thousand tenants on two replicas take 15 MiB. */
const answerBytes = 64 * 1024 * 1024

/** All open servers by the key of their connection (`namespace/name`). */
export class Fleet {
  readonly markLocks = new MarkLocks()
  /** By `namespace/name` of tenants. */
  readonly refused = new RefusedStatements()
  /** What is held of the answers of all servers. */
  readonly answers = new AnswerBudget(answerBytes)
  readonly lookups = new Lookups()
  readonly #servers = new Map<string, { readonly server: Server; readonly unsubscribe: () => void }>()
  readonly #listeners = new Set<(key: string) => void>()
  /** Before each statement to any of them. */
  readonly fence: Fence

  constructor(fence: Fence = noFence) {
    this.fence = fence
  }

  get(key: string): Server | undefined {
    return this.#servers.get(key)?.server
  }

  get size(): number {
    return this.#servers.size
  }

  /** How many endpoints are open of a namespace's connections, but for one of them. */
  endpointsIn(namespace: string, except: string): number {
    let count = 0
    for (const [key, { server }] of this.#servers)
      if (key !== except && key.startsWith(`${namespace}/`)) count += server.urls.length
    return count
  }

  /** Keeps the server under the key, and closes the one that had it before. */
  async put(key: string, server: Server): Promise<void> {
    const before = this.#servers.get(key)
    if (before?.server === server) return
    this.#servers.set(key, { server, unsubscribe: server.subscribe(() => this.#notify(key)) })
    this.#notify(key)
    await this.#retire(before)
  }

  /** Closes the server of the key, if there is one. */
  async remove(key: string): Promise<void> {
    const before = this.#servers.get(key)
    if (before === undefined) return
    this.#servers.delete(key)
    this.#notify(key)
    await this.#retire(before)
  }

  /** Calls `listener` when a key gets a server, loses it, or one of its replicas goes down or comes back. */
  subscribe(listener: (key: string) => void): () => void {
    this.#listeners.add(listener)
    return () => this.#listeners.delete(listener)
  }

  async close(): Promise<void> {
    this.#listeners.clear()
    await Promise.all([...this.#servers.keys()].map(key => this.remove(key)))
  }

  async #retire(
    entry: { readonly server: Server; readonly unsubscribe: () => void } | undefined,
  ): Promise<void> {
    entry?.unsubscribe()
    await entry?.server.close()
  }

  #notify(key: string): void {
    for (const listener of this.#listeners) listener(key)
  }
}
