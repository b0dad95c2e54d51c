import type { ElectionAnswer } from '../../../src/runtime/leadership/election.ts'
import type { Lease, LeaseRecord } from '../../../src/runtime/leadership/lease.ts'
import type { LeasePort } from '../../../src/runtime/leadership/lease-port.ts'

/** A Lease in memory, for several candidates. */
export class MemoryLease implements LeasePort {
  readonly name = 'ns/lease'
  lease: Lease | undefined
  /** What a request meets, until it is taken away. `hang`: no answer before the signal aborts. */
  fault: Error | 'hang' | undefined
  /** Writes that were done. */
  writes = 0

  constructor(record?: LeaseRecord) {
    if (record !== undefined) this.put(record)
  }

  put(record: LeaseRecord): Lease {
    this.lease = { uid: 'u', version: String(Number(this.lease?.version ?? 0) + 1), record }
    return this.lease
  }

  read(signal: AbortSignal): Promise<ElectionAnswer> {
    const { lease } = this
    return this.#answer(() => (lease === undefined ? { kind: 'missing' } : { kind: 'found', lease }), signal)
  }

  create(record: LeaseRecord, signal: AbortSignal): Promise<ElectionAnswer> {
    return this.#answer(() => (this.lease === undefined ? this.#write(record) : { kind: 'refused' }), signal)
  }

  replace(over: Lease, record: LeaseRecord, signal: AbortSignal): Promise<ElectionAnswer> {
    const act = (): ElectionAnswer =>
      this.lease?.version === over.version ? this.#write(record) : { kind: 'refused' }
    return this.#answer(act, signal)
  }

  #write(record: LeaseRecord): ElectionAnswer {
    this.writes += 1
    return { kind: 'written', lease: this.put(record) }
  }

  #answer(act: () => ElectionAnswer, signal: AbortSignal): Promise<ElectionAnswer> {
    if (this.fault === undefined) return Promise.resolve(act())
    if (this.fault !== 'hang') return Promise.reject(this.fault)
    return new Promise((_resolve, reject) => {
      signal.addEventListener('abort', () => reject(signal.reason as Error), { once: true })
    })
  }
}
