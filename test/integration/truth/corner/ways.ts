import type { World } from '../../../cluster/world.ts'
import { always, LoadBalancer } from '../../../proxies/load-balancer.ts'
import type { TestCertificate } from '../../../proxies/test-certificate.ts'

/** Addresses of a corner's own, each of which leads to one of the servers. */
export class Ways {
  readonly #world: World
  readonly #made: LoadBalancer[] = []

  constructor(world: World) {
    this.#world = world
  }

  get urls(): readonly string[] {
    return this.#made.map(({ url }) => url)
  }

  /** One more for each of these replicas. */
  async to(...replicas: readonly number[]): Promise<readonly string[]> {
    for (const replica of replicas) await this.#make(replica)
    return this.urls.slice(-replicas.length)
  }

  /** The same by TLS, to the first server. */
  async securely(certificate: TestCertificate): Promise<readonly string[]> {
    await this.#make(0, certificate)
    return this.urls.slice(-1)
  }

  /** The one that was made as number `at`. */
  at(at: number): LoadBalancer {
    const way = this.#made[at]
    if (way === undefined) throw new Error('there is no such address yet')
    return way
  }

  async close(): Promise<void> {
    await Promise.all(this.#made.splice(0).map(way => way.close()))
  }

  async #make(replica: number, certificate?: TestCertificate): Promise<void> {
    const { endpoints } = this.#world.environment.clickhouse
    this.#made.push(await LoadBalancer.start(endpoints, always(replica), certificate))
  }
}
