/** Every version of the operators' Lease: who led, and what nobody may ever see in it. */
import type { KubeObject } from '../../../src/api/object.ts'
import { ResourceClient } from '../../../src/kube/objects/resource-client.ts'
import type { World } from '../../cluster/world.ts'
import { follow, type ObjectEvent } from '../../watchers/follow.ts'

export interface LeaseObject extends KubeObject {
  readonly spec: {
    readonly holderIdentity?: string
    readonly leaseDurationSeconds?: number
    readonly acquireTime?: string
    readonly renewTime?: string
    readonly leaseTransitions?: number
  }
}

/** One process's lead, by the Lease's own times, in milliseconds. All processes have this machine's clock. */
export interface Term {
  readonly holder: string
  readonly transitions: number
  readonly acquiredAt: number
  readonly renewedAt: number
  readonly isGivenBack: boolean
}

export const leaseNamespace = 'lenskeeper-system'
export const leaseName = 'lenskeeper'

export class LeaseHistory {
  readonly client: ResourceClient<LeaseObject>
  readonly #ending = new AbortController()
  readonly #terms: Term[] = []
  #watching: Promise<void> = Promise.resolve()

  private constructor(world: World) {
    const type = {
      apiVersion: 'coordination.k8s.io/v1',
      kind: 'Lease',
      plural: 'leases',
      namespaced: true,
    } as const
    this.client = new ResourceClient<LeaseObject>(world.transport, type)
  }

  static async start(world: World): Promise<LeaseHistory> {
    const history = new LeaseHistory(world)
    const note = (event: ObjectEvent<LeaseObject>): void => history.#note(event.object)
    const source = history.client.listWatch({ namespace: leaseNamespace })
    const { ended } = await follow(source, { note, onGap: 'relist' }, history.#ending.signal)
    history.#watching = ended
    return history
  }

  /** The one that leads now, or led last, comes last. */
  get terms(): readonly Term[] {
    return this.#terms
  }

  get holder(): string | undefined {
    const last = this.#terms.at(-1)
    return last?.isGivenBack === false ? last.holder : undefined
  }

  /** By the Lease's own time, in milliseconds. */
  acquiredAt(holder: string): number {
    const term = this.#terms.find(one => one.holder === holder)
    if (term === undefined) throw new Error(`${holder} never led`)
    return term.acquiredAt
  }

  /** For how long nobody led before this process did, in milliseconds: from the last sign of life of the one before. */
  gapBefore(holder: string): number {
    const at = this.#terms.findIndex(term => term.holder === holder)
    const [before, term] = [this.#terms[at - 1], this.#terms[at]]
    if (before === undefined || term === undefined) throw new Error(`${holder} has taken over from nobody`)
    return term.acquiredAt - before.renewedAt
  }

  /** A process leads once, and each change of the leader is counted. */
  violations(): readonly string[] {
    return this.#terms.flatMap(({ holder, transitions }, at) => {
      const before = this.#terms[at - 1]
      const again = this.#terms.slice(0, at).some(term => term.holder === holder)
      const counted = before === undefined || transitions === before.transitions + 1
      return [
        ...(again ? [`${holder} led twice`] : []),
        ...(counted ? [] : [`${holder} came with ${transitions} transitions after ${before.transitions}`]),
      ]
    })
  }

  async close(): Promise<void> {
    this.#ending.abort()
    await this.#watching
  }

  #note({ metadata, spec }: LeaseObject): void {
    if (metadata.name !== leaseName) return
    const { holderIdentity: holder = '', leaseTransitions: transitions = 0 } = spec
    const last = this.#terms.at(-1)
    const renewedAt = Date.parse(spec.renewTime ?? '')
    if (holder === '') {
      if (last !== undefined) this.#terms[this.#terms.length - 1] = { ...last, renewedAt, isGivenBack: true }
    } else if (last?.holder === holder && last.transitions === transitions) {
      this.#terms[this.#terms.length - 1] = { ...last, renewedAt }
    } else {
      const acquiredAt = Date.parse(spec.acquireTime ?? '')
      this.#terms.push({ holder, transitions, acquiredAt, renewedAt, isGivenBack: false })
    }
  }
}
