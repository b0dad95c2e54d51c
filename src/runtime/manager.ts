import type { Clock } from '../core/clock.ts'
import type { Logger } from '../telemetry/log.ts'
import type { Controller } from './controller.ts'
import { alwaysLeader, type Leadership } from './leadership/leadership.ts'
import type { Reflector } from './cache/reflector/reflector.ts'
import type { KubeObject } from '../api/object.ts'

export interface ManagerOptions {
  readonly reflectors: readonly AnyReflector[]
  readonly controllers: readonly Pick<Controller, 'name' | 'start' | 'stop'>[]
  readonly leadership?: Leadership
  /** Ends what else has effects, once the controllers have ended. Only then the lead is given up. */
  readonly endEffects?: () => Promise<void>
  readonly clock: Clock
  readonly log: Logger
}

/** A reflector of any resource. */
export type AnyReflector = Pick<Reflector<KubeObject>, 'name' | 'start' | 'stop' | 'synced' | 'hasSynced'>

const slowSyncMs = 30_000

/**
 * Starts things in the only safe order, and stops them in the reverse one: reflectors; leadership, once all of those
 * have synced; controllers. A standby keeps its caches warm and is ready.
 */
export class Manager {
  readonly #options: ManagerOptions
  readonly #leadership: Leadership
  readonly #abort = new AbortController()
  #started: Promise<AbortSignal> | undefined
  #stopped: Promise<void> | undefined
  /** Aborts when this process may no longer lead. Undefined before it has led. */
  #lead: AbortSignal | undefined

  constructor(options: ManagerOptions) {
    this.#options = options
    this.#leadership = options.leadership ?? alwaysLeader
  }

  /** True once all caches have synced, until `stop`. */
  get ready(): boolean {
    return this.#stopped === undefined && this.#started !== undefined && this.unsynced.length === 0
  }

  /** True while the controllers run, and may. */
  get leading(): boolean {
    return this.#lead?.aborted === false && this.#leadership.remainingMs() > 0
  }

  /** The reflectors that have not finished their first list, by name. */
  get unsynced(): string[] {
    return this.#options.reflectors.filter(reflector => !reflector.hasSynced).map(({ name }) => name)
  }

  /**
   * Resolves when the controllers run, with a signal that aborts when they no longer may. Rejects when stopped before
   * that. A second call does nothing.
   */
  start(): Promise<AbortSignal> {
    this.#started ??= this.#start(this.#abort.signal)
    return this.#started
  }

  /** Resolves when nothing is left running. A manager is not started again. */
  stop(): Promise<void> {
    this.#stopped ??= this.#stop()
    return this.#stopped
  }

  async #start(signal: AbortSignal): Promise<AbortSignal> {
    signal.throwIfAborted()
    const { reflectors, controllers, log } = this.#options
    for (const reflector of reflectors) reflector.start()
    await this.#sync(signal)
    log.info({ reflectors: reflectors.length }, 'caches synced')
    const lead = await this.#leadership.acquire(signal)
    signal.throwIfAborted()
    for (const controller of controllers) controller.start(lead)
    this.#lead = lead
    log.info({ controllers: controllers.length }, 'controllers started')
    return lead
  }

  async #sync(signal: AbortSignal): Promise<void> {
    const { reflectors, clock, log } = this.#options
    let cancel = (): void => {}
    const remind = (): void => {
      log.warn({ unsynced: this.unsynced }, 'still waiting for the first list')
      cancel = clock.after(slowSyncMs, remind)
    }
    cancel = clock.after(slowSyncMs, remind)
    try {
      await Promise.all(reflectors.map(reflector => reflector.synced(signal)))
    } finally {
      cancel()
    }
  }

  async #stop(): Promise<void> {
    const { reflectors, controllers, endEffects } = this.#options
    // Ends a start that is under way. What runs already is stopped in order below.
    if (this.#lead === undefined) this.#abort.abort(new Error('the manager was stopped'))
    await this.#started?.catch(() => {})
    await Promise.all(controllers.map(controller => controller.stop()))
    this.#lead = undefined
    await endEffects?.()
    await this.#leadership.release()
    await Promise.all(reflectors.map(reflector => reflector.stop()))
  }
}
