import type { Api } from './api.ts'
import { paths } from './objects.ts'

const nameIn = /"name":"((?:t|probe)-[^"]+)"/
const versionIn = /"resourceVersion":"([^"]+)"/
const pairIn = /"pair":"([^"]+)"/
const ready = '"status":"True","type":"Ready"'

interface Waiting {
  readonly met: () => boolean
  readonly resolve: () => void
}

/**
 * Sees when each tenant became Ready with which pair, through a watch of its own. Events are searched as text:
 * parsing them would cost this process as much as the operator.
 */
export class TenantWatch {
  readonly #stop = new AbortController()
  readonly #pairs = new Map<string, string>()
  readonly #times = new Map<string, number[]>()
  readonly #waiting = new Set<Waiting>()
  readonly #lost = Promise.withResolvers<never>()
  #ended: Promise<void> = Promise.resolve()
  #version = ''
  #latestPair: string | undefined

  /** Resolves when every change from now on will be seen. */
  async start(api: Api): Promise<void> {
    const path = paths.allTenants
    const { metadata } = await api.read<{ metadata: { resourceVersion: string } }>(`${path}?limit=1`)
    this.#version = metadata.resourceVersion
    this.#lost.promise.catch(() => undefined)
    this.#ended = this.#follow(from => {
      const query = `watch=true&timeoutSeconds=7200&resourceVersion=${from}`
      return api.stream(`${path}?${query}`, this.#stop.signal)
    })
  }

  async close(): Promise<void> {
    this.#stop.abort()
    await this.#ended
  }

  /** How many tenants have been Ready at all. */
  get tenants(): number {
    return this.#pairs.size
  }

  /** The pair that the latest of them became Ready with; undefined before the first. */
  get latestPair(): string | undefined {
    return this.#latestPair
  }

  /** Milliseconds (of `performance.now`) at which tenants became Ready with `pair`, in order. */
  times(pair: string): readonly number[] {
    return this.#times.get(pair) ?? []
  }

  /** Resolves as soon as `count` tenants have become Ready with `pair`. */
  async reached(pair: string, count: number): Promise<void> {
    await this.#until(() => this.times(pair).length >= count)
  }

  /** Resolves as soon as that tenant is Ready with `pair`. */
  async tenantReached(name: string, pair: string): Promise<void> {
    await this.#until(() => this.#pairs.get(name) === pair)
  }

  async #until(met: () => boolean): Promise<void> {
    if (met()) return
    const { promise, resolve } = Promise.withResolvers<void>()
    const waiting = { met, resolve }
    this.#waiting.add(waiting)
    try {
      await Promise.race([promise, this.#lost.promise])
    } finally {
      this.#waiting.delete(waiting)
    }
  }

  /** The API server ends a watch whose reader is slow, as this one may be; the next goes on from there. */
  async #follow(watchFrom: (version: string) => AsyncIterable<string>): Promise<void> {
    try {
      for (;;) await this.#read(watchFrom(this.#version))
    } catch (error) {
      this.#lost.reject(error)
    }
  }

  async #read(chunks: AsyncIterable<string>): Promise<void> {
    let rest = ''
    for await (const chunk of chunks) {
      const lines = (rest + chunk).split('\n')
      rest = lines.pop() ?? ''
      for (const line of lines) this.#see(line)
      for (const waiting of this.#waiting) if (waiting.met()) waiting.resolve()
    }
  }

  #see(line: string): void {
    if (line.startsWith('{"type":"ERROR"')) throw new Error(`the watch of tenants failed: ${line}`)
    this.#version = versionIn.exec(line)?.[1] ?? this.#version
    const name = nameIn.exec(line)?.[1]
    const pair = pairIn.exec(line)?.[1]
    if (name === undefined || pair === undefined || !line.includes(ready)) return
    if (this.#pairs.get(name) === pair) return
    this.#pairs.set(name, pair)
    this.#latestPair = pair
    const times = this.#times.get(pair)
    if (times === undefined) this.#times.set(pair, [performance.now()])
    else times.push(performance.now())
  }
}
