import type { TraceRecord } from './record.ts'

const most = 200

/** The last requests, newest first. */
export class Trace {
  readonly #records: TraceRecord[] = []
  #count = 0

  add(record: Omit<TraceRecord, 'number'>): void {
    this.#count += 1
    this.#records.unshift({ number: this.#count, ...record })
    this.#records.length = Math.min(this.#records.length, most)
  }

  list(): readonly TraceRecord[] {
    return [...this.#records]
  }
}
