/** Objects in memory behind the few calls that the PartnerKey's controller makes, with the server's rules for them. */
import type { ConnectorTenant } from '../../src/api/connector-tenant.ts'
import { encodeData, type ConfigMap, type Secret } from '../../src/api/core-objects.ts'
import { annotations, labels, secretTypes } from '../../src/api/labels.ts'
import { partnerKeyOf, tenantIndex } from '../../src/api/names.ts'
import { keyOf, type ObjectKey } from '../../src/api/object.ts'
import type { PartnerKey, PartnerKeySpec } from '../../src/api/partner-key.ts'
import type { EventInput } from '../../src/kube/objects/event-body.ts'
import { createPartnerKeyController, type PartnerKeyController } from '../../src/partner-key/controller.ts'
import { Store } from '../../src/runtime/cache/store.ts'
import { createLogger } from '../../src/telemetry/log.ts'
import { formatPair, parsePair } from '../../src/tenancy/pair.ts'
import { pairFor } from '../../src/tenancy/rollout/pair-for.ts'
import { selects } from '../../src/tenancy/label-selector.ts'
import { slotOf } from '../../src/tenancy/slots.ts'
import { KeyRing } from '../../src/token/key-ring.ts'
import { MemoryClient } from '../builders/memory-client.ts'
import type { VirtualClock } from '../time/virtual-clock.ts'
import { connection, partnerKey, partnerKeyName } from '../builders/partner-key-observed.ts'

const log = createLogger({ level: 'silent' })
const forever = new AbortController().signal

/** A PartnerKey with its tenants, which move as `pairFor` tells them, one at a time. */
export class Simulation {
  readonly clock: VirtualClock
  readonly partnerKeys: MemoryClient<PartnerKey>
  readonly tenants = new MemoryClient<ConnectorTenant>('tenants')
  readonly secrets: MemoryClient<Secret>
  readonly configMaps = new MemoryClient<ConfigMap>('configmaps')
  readonly keyRing = new KeyRing()
  readonly events: EventInput[] = []
  /** When each write of the PartnerKey was made, in milliseconds. */
  readonly statusWrites: number[] = []
  /** Pairs that each tenant was given, in order. */
  readonly minted = new Map<ObjectKey, string[]>()
  /** Tenants that cannot be written. */
  readonly stuck = new Set<ObjectKey>()
  #controller: PartnerKeyController
  #dueAt: number | undefined = 0

  constructor(clock: VirtualClock) {
    this.clock = clock
    this.partnerKeys = new MemoryClient('partnerkeys', () => this.statusWrites.push(clock.now()))
    this.secrets = new MemoryClient('secrets')
    this.tenants.store.addIndex('partnerKey', tenant => [partnerKeyOf(tenant)])
    this.tenants.store.addIndex('namespace', tenant => [tenant.metadata.namespace ?? ''])
    this.secrets.store.addIndex('tenant', tenantIndex)
    this.#controller = this.#start()
    this.partnerKeys.put(partnerKey())
  }

  get key(): PartnerKey {
    const found = this.partnerKeys.store.get(partnerKeyName)
    if (found === undefined) throw new Error('there is no PartnerKey')
    return found
  }

  edit(spec: Partial<PartnerKeySpec>): void {
    const { metadata, ...rest } = this.key
    const generation = (metadata.generation ?? 0) + 1
    this.partnerKeys.put({ ...rest, metadata: { ...metadata, generation }, spec: { ...rest.spec, ...spec } })
    this.#dueAt = 0
  }

  loseStatus(): void {
    const { status: _lost, ...rest } = this.key
    this.partnerKeys.put(rest)
    this.#dueAt = 0
  }

  tenant(name: string, metadata: Partial<ConnectorTenant['metadata']> = {}): void {
    this.tenants.put({
      metadata: { namespace: 'tenants', name, uid: `uid-${name}`, ...metadata },
      spec: {
        partnerKeyRef: { name: 'acme', namespace: 'datalens' },
        database: `client_${name}`,
        access: 'Granted',
        deletionPolicy: 'Retain',
        suspend: false,
      },
    })
  }

  /** The process ends and another begins. */
  restart(): void {
    this.#controller.tally.close()
    this.#controller = this.#start()
    this.#dueAt = 0
  }

  /** Reconciles while something is due now. */
  async settle(): Promise<void> {
    for (let run = 0; this.#dueAt !== undefined && this.#dueAt <= this.clock.monotonic(); run++) {
      if (run > 50) throw new Error('it does not come to rest')
      this.#dueAt = undefined
      const outcome = await this.#controller.reconcile(partnerKeyName, forever)
      if (outcome.kind === 'recheck') this.#wake(outcome.afterMs)
    }
  }

  /** Lets up to `most` tenants do what they are told, and time pass. Gives how many moved. */
  async turn(most: number, ms: number): Promise<number> {
    await this.settle()
    let moved = 0
    for (const tenant of this.tenants.store.list()) {
      if (moved >= most) break
      if (!this.stuck.has(keyOf(tenant)) && this.#move(tenant)) moved += 1
    }
    await this.settle()
    await this.clock.advance(ms)
    await this.settle()
    return moved
  }

  /** Turns until the rollout is at rest in one of these phases. */
  async until(
    phases: readonly string[],
    options: { most?: number; ms?: number; onTurn?: () => void } = {},
  ): Promise<void> {
    const { most = 50, ms = 1000, onTurn = () => {} } = options
    for (let turn = 0; turn < 5000; turn++) {
      const moved = await this.turn(most, ms)
      if (moved === 0 && phases.includes(this.key.status?.rollout?.phase ?? '')) return
      onTurn()
    }
    throw new Error(`it is ${JSON.stringify(this.key.status?.rollout)}`)
  }

  #start(): PartnerKeyController {
    const connections = new MemoryClient<typeof connection>('connections')
    connections.put(connection)
    const secrets = new Store<Secret>({ name: 'secrets', log })
    secrets.addIndex('tenant', tenantIndex)
    for (const secret of this.secrets.store.list()) secrets.noteWrite(secret)
    this.secrets.store.subscribe(({ current }) => current !== undefined && secrets.noteWrite(current))
    return createPartnerKeyController({
      partnerKeys: this.partnerKeys.store,
      partnerKeyClient: this.partnerKeys as never,
      connections: connections.store,
      tenants: this.tenants.store,
      secrets,
      secretClient: this.secrets,
      configMaps: this.configMaps.store,
      configMapClient: this.configMaps,
      namespaces: undefined,
      referencedSecrets: { get: () => undefined },
      keyRing: this.keyRing,
      events: { publish: event => this.events.push(event) },
      observing: false,
      wakePartnerKey: (_key, afterMs) => this.#wake(afterMs),
      clock: this.clock,
      log,
    })
  }

  #wake(afterMs: number): void {
    const at = this.clock.monotonic() + afterMs
    this.#dueAt = Math.min(this.#dueAt ?? Number.POSITIVE_INFINITY, at)
  }

  #move(tenant: ConnectorTenant): boolean {
    const key = keyOf(tenant)
    const { status, spec } = this.key
    const { rollout } = status ?? {}
    const pairs = this.minted.get(key) ?? []
    const holds = pairs.at(-1)
    const rejected = tenant.metadata.annotations?.[annotations.rejected]
    const pair = pairFor({
      wanted: parsePair(`${spec.dataLens?.keyVersion}:${spec.keyVersion}`),
      paused: spec.rollout.paused,
      accepted: () => true,
      state: rollout && {
        current: parsePair(status?.current ?? ''),
        target: parsePair(status?.target ?? ''),
        phase: rollout.phase,
        admittedPermille: rollout.admittedPermille,
        failedTenants: rollout.failedTenants ?? [],
      },
      tenant: {
        name: key,
        slot: slotOf('tenants', tenant.metadata.name),
        inCanary:
          spec.rollout.canary !== undefined && selects(spec.rollout.canary.selector, tenant.metadata.labels),
        holds: parsePair(holds ?? ''),
        last: parsePair(holds ?? ''),
        rejected: parsePair(rejected ?? ''),
      },
    })
    if (pair === undefined || formatPair(pair) === holds) return false
    const name = tenant.metadata.name
    const metadata = { namespace: 'tenants', name: `${name}-datalens`, labels: { [labels.tenant]: name } }
    const data = encodeData({ token: `${formatPair(pair)}:Y2lwaGVy:c2lnbmF0dXJl` })
    this.secrets.put({
      metadata: { ...metadata, uid: `uid-${name}` },
      type: secretTypes.connectorToken,
      data,
    })
    this.minted.set(key, [...pairs, formatPair(pair)])
    return true
  }
}
