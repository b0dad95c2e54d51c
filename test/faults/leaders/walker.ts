/** Takes the steps. What lasts is ended some steps later, or at the end of the walk. */
import type { ConnectorTenant } from '../../../src/api/connector-tenant.ts'
import { KubeError } from '../../../src/kube/errors.ts'
import type { RequestFilter } from '../../proxies/fault-proxy.ts'
import { LeaseEditor } from './lease-edits.ts'
import type { Replica } from './replica.ts'
import type { Scene } from './scene.ts'
import type { ApiTrouble, Calls, Name, Step, Which } from './steps.ts'

const forever = new AbortController().signal

const filters = {
  'of the Lease': { path: /^\/apis\/coordination\.k8s\.io\// },
  writes: { method: ['POST', 'PUT', 'PATCH', 'DELETE'] },
  all: {},
} as const satisfies Record<Calls, RequestFilter>

interface Lasting {
  readonly until: number
  readonly end: () => unknown
}

export class Walker {
  readonly #scene: Scene
  readonly #lease: LeaseEditor
  #taken = 0
  #lasting: readonly Lasting[] = []

  constructor(scene: Scene) {
    this.#scene = scene
    this.#lease = new LeaseEditor(scene.lease)
  }

  /** A step that the API server refuses, or whose object is not there, changes nothing. */
  async take(step: Step): Promise<void> {
    this.#taken += 1
    await this.#end(({ until }) => until <= this.#taken)
    try {
      if (this.#taken % 10 === 0) await this.#lease.backUp()
      await this.#take(step)
    } catch (error) {
      if (!(error instanceof KubeError)) throw error
    }
  }

  /** Everything is well again. Clocks stay as they are. */
  async settle(): Promise<void> {
    await this.#end(() => true)
    await this.#lease.letGo()
    await this.#scene.look()
  }

  async #take(step: Step): Promise<unknown> {
    const { tenants, secrets } = this.#scene.world
    switch (step.kind) {
      case 'create':
        return await tenants.create(this.#tenant(step.name), forever)
      case 'delete':
        return await tenants.delete(`tenants/${step.name}`, {}, forever)
      case 'access':
        return await this.#turnAccess(step.name)
      case 'deleteSecret':
        return await secrets.delete(`tenants/${step.name}-datalens`, {}, forever)
      case 'look':
        return await this.#scene.look()
      case 'api':
        return this.#last(step.steps, this.#troubleApi(step))
      case 'clickhouse':
        return this.#last(step.steps, this.#troubleClickHouse(step))
      case 'lease':
        await this.#lease.do(step.edit)
        return this.#last(10, () => this.#lease.letGo())
      case 'kill':
      case 'end':
        return this.#signal(step.which, step.kind === 'kill' ? 'SIGKILL' : 'SIGTERM')
      case 'stop':
        return this.#last(step.steps, this.#stop(step.which))
      case 'clock':
        return this.#of(step.which).setClock(step.hours * 3_600_000)
      default:
        return step satisfies never
    }
  }

  #of(which: Which): Replica {
    const replica = this.#scene.replicas[which]
    if (replica === undefined) throw new RangeError(`there is no replica ${which}`)
    return replica
  }

  #tenant(name: Name): ConnectorTenant {
    return this.#scene.world.tenant(name, { database: `leaders_${name}` }) as ConnectorTenant
  }

  async #turnAccess(name: Name): Promise<void> {
    const tenant = await this.#scene.world.tenants.get(`tenants/${name}`, forever)
    if (tenant === undefined) return
    const access = tenant.spec.access === 'Granted' ? 'Withheld' : 'Granted'
    await this.#scene.world.tenants.mergePatch(`tenants/${name}`, { spec: { access } }, forever)
  }

  #troubleApi({ which, trouble, calls }: Extract<Step, { kind: 'api' }>): () => void {
    const { api } = this.#of(which)
    const end = injectInto(api, trouble, filters[calls])
    if (calls === 'all' && (trouble === 'reset' || trouble === 'half-open')) api.cutAll()
    return end
  }

  #troubleClickHouse({ which, trouble }: Extract<Step, { kind: 'clickhouse' }>): () => void {
    const replica = this.#of(which)
    return trouble === 'cut' ? replica.cutFromClickHouse() : replica.holdStatements()
  }

  #stop(which: Which): () => void {
    const pid = this.#signal(which, 'SIGSTOP')
    // Another one may run by then, and this one be gone.
    return () => void (this.#of(which).operator?.pid === pid && this.#signal(which, 'SIGCONT'))
  }

  #signal(which: Which, signal: NodeJS.Signals): number | undefined {
    const pid = this.#of(which).operator?.pid
    if (pid !== undefined) process.kill(pid, signal)
    return pid
  }

  #last(steps: number, end: () => unknown): void {
    this.#lasting = [...this.#lasting, { until: this.#taken + steps, end }]
  }

  async #end(isOver: (lasting: Lasting) => boolean): Promise<void> {
    const over = this.#lasting.filter(isOver)
    this.#lasting = this.#lasting.filter(lasting => !isOver(lasting))
    for (const { end } of over) await end()
  }
}

function injectInto(api: Replica['api'], trouble: ApiTrouble, filter: RequestFilter): () => void {
  if (typeof trouble === 'number') return api.inject({ kind: 'status', status: trouble }, filter)
  if (trouble !== 'slow') return api.inject({ kind: trouble }, filter)
  const { promise: until, resolve } = Promise.withResolvers<void>()
  const end = api.inject({ kind: 'hold', until }, filter)
  return () => {
    end()
    resolve()
  }
}
