/** One PartnerKey with tenants in namespaces of their own, for tests of rotations that share a world. */
import type { ConnectorTenant } from '../../src/api/connector-tenant.ts'
import type { PartnerKey } from '../../src/api/partner-key.ts'
import { eventually } from '../time/eventually.ts'
import type { TokenWatch } from '../watchers/token-watch.ts'
import type { World } from '../cluster/world.ts'

const forever = new AbortController().signal

export type Status = NonNullable<PartnerKey['status']>
export type Rollout = NonNullable<Status['rollout']>

export interface Reached extends Status {
  readonly rollout: Rollout
  /** The API server's, of the PartnerKey that was so. */
  readonly version: number
}

export interface RotationOptions {
  /** The PartnerKey's name, also its tenants' namespace. */
  readonly name: string
  readonly tenants: number
  /** Of the PartnerKey, beside what every one here has. */
  readonly spec?: object
  /** The first so many tenants get the label `tier: internal`. */
  readonly canaries?: number
}

/** Everybody at once. */
export const atOnce = { batch: { percent: 100, interval: '0s' } }
export const canaryFirst = { selector: { matchLabels: { tier: 'internal' } }, soak: '0s' }

export class Rotation {
  readonly #world: World
  readonly #watch: TokenWatch
  readonly name: string
  /** In `datalens`. */
  readonly key: string

  private constructor(world: World, watch: TokenWatch, name: string) {
    this.#world = world
    this.#watch = watch
    this.name = name
    this.key = `datalens/${name}`
  }

  /** Resolves once every tenant has its first token. */
  static async open(world: World, watch: TokenWatch, options: RotationOptions): Promise<Rotation> {
    const { name, tenants, spec = {}, canaries = 0 } = options
    const rotation = new Rotation(world, watch, name)
    await world.namespace(name)
    await world.apply(world.partnerKey(name, { rollout: atOnce, ...spec }))
    const names = Array.from({ length: tenants }, (_, at) => `t${at}`)
    await rotation.#create(names, canaries)
    const what = `${tenants} tenants have a token`
    await eventually(() => rotation.held === tenants, { what, deadlineMs: 90_000 })
    await rotation.reaches(status => status.rollout?.phase === 'Complete' && status.tenants === tenants, what)
    return rotation
  }

  /** Tenants that hold any token. */
  get held(): number {
    return Object.values(this.#watch.holding(this.name)).reduce((sum, count) => sum + count, 0)
  }

  async #create(names: readonly string[], canaries: number): Promise<void> {
    const left = names.map((name, at) => ({ name, canary: at < canaries }))
    const create = async (): Promise<void> => {
      for (let next = left.shift(); next !== undefined; next = left.shift()) {
        await this.add(next.name, next.canary ? { tier: 'internal' } : {})
      }
    }
    await Promise.all(Array.from({ length: 8 }, create))
  }

  async add(name: string, labels: Readonly<Record<string, string>> = {}): Promise<void> {
    const tenant = this.#world.tenant(
      name,
      {
        database: `${this.name}_${name}`.replaceAll('-', '_'),
        partnerKeyRef: { name: this.name, namespace: 'datalens' },
      },
      this.name,
    ) as ConnectorTenant
    await this.#world.tenants.create({ ...tenant, metadata: { ...tenant.metadata, labels } }, forever)
  }

  /** Changes the PartnerKey's spec. */
  async set(spec: object): Promise<void> {
    await this.#world.partnerKeys.mergePatch(this.key, { spec }, forever)
  }

  /** DataLens's key of this version, as a patch of the spec. */
  dataLens(version: number): object {
    return { keyVersion: version, publicKey: this.#world.dataLens(version).publicPem }
  }

  async status(): Promise<Status> {
    return (await this.#world.partnerKeys.get(this.key, forever))?.status ?? {}
  }

  async reaches(condition: (status: Status) => boolean, what: string, deadlineMs = 60_000): Promise<Reached> {
    return await eventually(
      async () => {
        const partnerKey = await this.#world.partnerKeys.get(this.key, forever)
        const status = partnerKey?.status
        const fresh = status?.observedGeneration === partnerKey?.metadata.generation
        if (status?.rollout !== undefined && fresh && condition(status))
          return { ...status, rollout: status.rollout, version: Number(partnerKey?.metadata.resourceVersion) }
        throw new Error(JSON.stringify({ ...status, conditions: undefined, keys: undefined }))
      },
      { what: `${this.key}: ${what}`, deadlineMs },
    )
  }

  phase(phase: Rollout['phase'], deadlineMs?: number): Promise<Reached> {
    return this.reaches(({ rollout }) => rollout?.phase === phase, phase, deadlineMs)
  }

  /** Complete, and at this pair. */
  async completes(pair: string, deadlineMs?: number): Promise<Reached> {
    return await this.reaches(
      ({ current, target, rollout }) => current === pair && target === pair && rollout?.phase === 'Complete',
      `complete at ${pair}`,
      deadlineMs,
    )
  }

  condition(status: Status, type: string): string {
    const found = status.conditions?.find(condition => condition.type === type)
    return `${found?.status} ${found?.reason}: ${found?.message}`
  }

  /** Resolves when a tenant made after this call has been served: all that was queued before it is done. */
  async fence(name: string): Promise<void> {
    await this.add(name)
    await this.#world.tenantIs(`${this.name}/${name}`, 'True')
  }

  /** `reason: note` of the PartnerKey's Events, oldest first. */
  async events(): Promise<readonly string[]> {
    const which = ['-n', 'datalens', `--field-selector=regarding.name=${this.name}`]
    const text = await this.#world.kubectl(['get', 'events.events.k8s.io', ...which, '-o', 'json'])
    const { items } = JSON.parse(text) as {
      readonly items: readonly { eventTime: string; reason: string; note: string }[]
    }
    return items
      .toSorted((a, b) => a.eventTime.localeCompare(b.eventTime))
      .map(({ reason, note }) => `${reason}: ${note}`)
  }
}
