import { Counter, Gauge, Histogram, type Registry } from 'prom-client'

/** In seconds, from a cached read to a call that met its deadline. */
const callBuckets = [0.002, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 15, 60]

/** Makes the metrics of one registry, all with our own prefix. */
export class Instruments {
  readonly #registry: Registry

  constructor(registry: Registry) {
    this.#registry = registry
  }

  counter<L extends string>(name: string, help: string, labelNames: readonly L[] = []): Counter<L> {
    return new Counter({ ...this.#named(name, help), labelNames })
  }

  gauge<L extends string>(name: string, help: string, labelNames: readonly L[] = []): Gauge<L> {
    return new Gauge({ ...this.#named(name, help), labelNames })
  }

  /** Of how long calls take, in seconds. */
  histogram<L extends string>(name: string, help: string, labelNames: readonly L[]): Histogram<L> {
    return new Histogram({ ...this.#named(name, help), labelNames, buckets: callBuckets })
  }

  #named(name: string, help: string) {
    return { name: `lenskeeper_${name}`, help, registers: [this.#registry] }
  }
}
