/** The Lease at the API server, for people who do what they should not. */
import type { KubeObject } from '../../../src/api/object.ts'
import { ResourceClient } from '../../../src/kube/objects/resource-client.ts'
import type { ResourceType } from '../../../src/kube/objects/resources.ts'
import type { World } from '../../cluster/world.ts'

const forever = new AbortController().signal
const key = 'lenskeeper-system/lenskeeper'

export interface LeaseObject extends KubeObject {
  readonly spec: {
    readonly holderIdentity?: string
    readonly leaseDurationSeconds?: number
    readonly leaseTransitions?: number
    readonly renewTime?: string
  }
}

const leases: ResourceType<LeaseObject> = {
  apiVersion: 'coordination.k8s.io/v1',
  kind: 'Lease',
  plural: 'leases',
  namespaced: true,
}

export class LeaseHands {
  readonly #client: ResourceClient<LeaseObject>

  constructor({ transport }: World) {
    this.#client = new ResourceClient(transport, leases)
  }

  async read(): Promise<LeaseObject | undefined> {
    return await this.#client.get(key, forever)
  }

  async delete(): Promise<void> {
    await this.#client.delete(key, {}, forever)
  }

  async edit(spec: object | null): Promise<void> {
    await this.#client.mergePatch(key, { spec }, forever)
  }

  /** As from a backup: over whatever is there. */
  async putBack({ spec, metadata }: LeaseObject): Promise<void> {
    const now = await this.read()
    if (now === undefined) return
    const annotations = metadata.annotations ?? {}
    await this.#client.replace({ ...now, spec, metadata: { ...now.metadata, annotations } }, forever)
  }
}
