/** The Lease of an election at the API server. */
import { annotations } from '../../api/labels.ts'
import { splitKey, type KubeObject, type ObjectKey } from '../../api/object.ts'
import type { ElectionAnswer } from '../../runtime/leadership/election.ts'
import type { Lease, LeaseRecord } from '../../runtime/leadership/lease.ts'
import type { LeasePort } from '../../runtime/leadership/lease-port.ts'
import type { Transport } from '../call/transport.ts'
import { isKubeError, isObjectMissing } from '../errors.ts'
import { ResourceClient } from './resource-client.ts'
import type { ResourceType } from './resources.ts'

/** What people and other programs wrote may be anything. */
interface LeaseObject extends KubeObject {
  readonly spec?: {
    readonly holderIdentity?: string | null
    readonly leaseDurationSeconds?: number | null
    readonly acquireTime?: string | null
    readonly renewTime?: string | null
    readonly leaseTransitions?: number | null
  } | null
}

const leases: ResourceType<LeaseObject> = {
  apiVersion: 'coordination.k8s.io/v1',
  kind: 'Lease',
  plural: 'leases',
  namespaced: true,
}

/** Keeps what it does not know of an object that it writes over. */
export class KubeLeasePort implements LeasePort {
  readonly name: ObjectKey
  readonly #client: ResourceClient<LeaseObject>
  #last: LeaseObject

  constructor(transport: Transport, name: ObjectKey) {
    this.name = name
    this.#client = new ResourceClient(transport, leases)
    this.#last = { metadata: splitKey(name) }
  }

  /** For Events: the object as it was last seen. */
  get object(): KubeObject {
    return { ...this.#last, apiVersion: leases.apiVersion, kind: leases.kind }
  }

  async read(signal: AbortSignal): Promise<ElectionAnswer> {
    const found = await this.#client.get(this.name, signal)
    return found === undefined ? { kind: 'missing' } : { kind: 'found', lease: this.#note(found) }
  }

  async create(record: LeaseRecord, signal: AbortSignal): Promise<ElectionAnswer> {
    const object = withRecord({ metadata: splitKey(this.name) }, record)
    return await this.#written(this.#client.create(object, signal))
  }

  async replace(over: Lease, record: LeaseRecord, signal: AbortSignal): Promise<ElectionAnswer> {
    if (this.#last.metadata.resourceVersion !== over.version) return { kind: 'refused' }
    return await this.#written(this.#client.replace(withRecord(this.#last, record), signal))
  }

  async #written(write: Promise<LeaseObject>): Promise<ElectionAnswer> {
    try {
      return { kind: 'written', lease: this.#note(await write) }
    } catch (error) {
      if (isKubeError(error, 'conflict') || isKubeError(error, 'alreadyExists')) return { kind: 'refused' }
      if (isObjectMissing(error, splitKey(this.name).name, leases.plural)) return { kind: 'missing' }
      throw error
    }
  }

  #note(object: LeaseObject): Lease {
    this.#last = object
    const { uid = '', resourceVersion = '' } = object.metadata
    return { uid, version: resourceVersion, record: recordOf(object) }
  }
}

function recordOf({ metadata, spec }: LeaseObject): LeaseRecord {
  const released = metadata.annotations?.[annotations.released]
  return {
    holder: spec?.holderIdentity ?? '',
    seconds: spec?.leaseDurationSeconds ?? undefined,
    acquiredAt: spec?.acquireTime ?? undefined,
    renewedAt: spec?.renewTime ?? undefined,
    transitions: spec?.leaseTransitions ?? 0,
    releasedAt: released !== undefined && /^[0-9]{1,10}$/.test(released) ? Number(released) : undefined,
  }
}

function withRecord(object: LeaseObject, record: LeaseRecord): LeaseObject {
  const { [annotations.released]: _before, ...others } = object.metadata.annotations ?? {}
  const released =
    record.releasedAt === undefined ? {} : { [annotations.released]: String(record.releasedAt) }
  return {
    ...object,
    metadata: { ...object.metadata, annotations: { ...others, ...released } },
    spec: {
      ...object.spec,
      holderIdentity: record.holder,
      leaseDurationSeconds: record.seconds ?? null,
      acquireTime: record.acquiredAt ?? null,
      renewTime: record.renewedAt ?? null,
      leaseTransitions: record.transitions,
    },
  }
}
