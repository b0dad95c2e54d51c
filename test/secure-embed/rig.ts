/** The controller of embeds on objects in memory, under a clock that a test moves. */
import type { Secret } from '../../src/api/core-objects.ts'
import { embedIndex } from '../../src/api/names.ts'
import { keyOf, type ObjectKey } from '../../src/api/object.ts'
import type { SecureEmbed, SecureEmbedStatus } from '../../src/api/secure-embed.ts'
import type { Outcome } from '../../src/core/outcome.ts'
import type { EventInput } from '../../src/kube/objects/event-body.ts'
import { SecretLookup } from '../../src/published-secret/lookup.ts'
import { StaleView } from '../../src/runtime/stale-view.ts'
import { createSecureEmbedController } from '../../src/secure-embed/controller.ts'
import { createLogger } from '../../src/telemetry/log.ts'
import { MemoryClient } from '../builders/memory-client.ts'
import { VirtualClock } from '../time/virtual-clock.ts'

const forever = new AbortController().signal

export class EmbedRig {
  readonly clock = new VirtualClock()
  readonly embeds: MemoryClient<SecureEmbed>
  readonly secrets: MemoryClient<Secret>
  /** The offered ones alone. */
  readonly signingKeys = new MemoryClient<Secret>('signing keys')
  readonly events: EventInput[] = []
  readonly refreshes: string[] = []
  /** After how many milliseconds it wants to be asked again at the latest, once a failure. */
  readonly rests: number[] = []
  readonly #observing: boolean
  readonly #due = new Map<ObjectKey, number>()
  #controller: ReturnType<typeof createSecureEmbedController>

  constructor({
    observing = false,
    onWrite = () => {},
  }: { readonly observing?: boolean; readonly onWrite?: (object: SecureEmbed | Secret) => void } = {}) {
    this.#observing = observing
    this.embeds = new MemoryClient<SecureEmbed>('embeds', onWrite)
    this.secrets = new MemoryClient<Secret>('secrets', onWrite)
    this.secrets.store.addIndex('embed', embedIndex)
    this.#controller = this.#start()
  }

  /** As after a restart of the operator: nothing is remembered but what the API server has. */
  restart(): void {
    this.#due.clear()
    this.#controller = this.#start()
  }

  #start() {
    return createSecureEmbedController({
      embeds: this.embeds.store,
      embedClient: this.embeds as never,
      signingKeys: this.signingKeys.store,
      secretLookup: new SecretLookup({
        store: this.secrets.store,
        client: this.secrets as never,
        index: 'embed',
      }),
      secretClient: this.secrets as never,
      clock: this.clock,
      observing: this.#observing,
      metadataPrefixes: ['acme.example/'],
      events: { publish: (event: EventInput) => void this.events.push(event) } as never,
      mayI: () => Promise.resolve(true),
      log: createLogger({ level: 'silent' }),
      onRefresh: result => void this.refreshes.push(result),
      lookAgain: (_key, afterMs) => void this.rests.push(afterMs),
    })
  }

  /** Looks until nothing changes under its hands any more. */
  async look(key: ObjectKey = 'tenants/lobby'): Promise<Outcome> {
    for (;;) {
      try {
        return await this.#controller.reconcile(key, forever)
      } catch (error) {
        if (!(error instanceof StaleView)) throw error
      }
    }
  }

  put(embed: SecureEmbed): void {
    this.embeds.put(embed)
  }

  /** Changes the spec, as its author does. */
  change(spec: Partial<SecureEmbed['spec']>, name = 'lobby'): void {
    const before = this.embed(name)
    const generation = (before.metadata.generation ?? 0) + 1
    this.embeds.put({
      ...before,
      metadata: { ...before.metadata, generation },
      spec: { ...before.spec, ...spec },
    })
  }

  embed(name = 'lobby'): SecureEmbed {
    const found = this.embeds.store.get(`tenants/${name}`)
    if (found === undefined) throw new Error(`there is no embed ${name}`)
    return found
  }

  status(name = 'lobby'): SecureEmbedStatus {
    return this.embed(name).status ?? {}
  }

  /** Ready as `True Ready`, and what it says. */
  ready(name = 'lobby'): { readonly is: string; readonly says: string } {
    const ready = this.status(name).conditions?.find(({ type }) => type === 'Ready')
    return { is: `${ready?.status} ${ready?.reason}`, says: ready?.message ?? '' }
  }

  secret(name = 'lobby-embed'): Secret | undefined {
    return this.secrets.store.get(`tenants/${name}`)
  }

  removeKey(name = 'embed-key'): void {
    const key = `tenants/${name}`
    this.signingKeys.store.noteDelete(key, this.signingKeys.store.get(key)?.metadata.uid ?? '')
  }

  /** Looks at each embed whenever it is due, as the queue would, until the time is over. A new one is due at once. */
  async run(ms: number): Promise<void> {
    const end = this.clock.now() + ms
    for (const embed of this.embeds.store.list()) {
      if (!this.#due.has(keyOf(embed))) this.#due.set(keyOf(embed), this.clock.now())
    }
    for (let next = this.#next(); next.at <= end; next = this.#next()) {
      await this.clock.advance(Math.max(0, next.at - this.clock.now()))
      const outcome = await this.look(next.key)
      const afterMs = outcome.kind === 'recheck' ? outcome.afterMs : Number.POSITIVE_INFINITY
      this.#due.set(next.key, this.clock.now() + afterMs)
    }
    await this.clock.advance(end - this.clock.now())
  }

  #next(): { readonly key: ObjectKey; readonly at: number } {
    let found = { key: '', at: Number.POSITIVE_INFINITY }
    for (const [key, at] of this.#due) if (at < found.at) found = { key, at }
    return found
  }
}
