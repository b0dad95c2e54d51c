/** Secrets of the cluster as folders, kept as the kubelet keeps them for a Pod. */
import { mkdir } from 'node:fs/promises'
import type { ObjectKey } from '../../api/object.ts'
import { sleep, systemClock } from '../../core/clock.ts'
import { mountSecret } from '../../dev/mounted-secret.ts'
import type { ChainCluster } from './chain-cluster.ts'

export interface Mount {
  readonly secret: ObjectKey
  readonly folder: string
}

/** The kubelet takes a minute; here somebody waits. */
const syncEveryMs = 1_000

export class MountedSecrets {
  readonly #cluster: ChainCluster
  readonly #mounts: readonly Mount[]
  readonly #shown = new Map<string, string>()
  readonly #closed = new AbortController()
  #running: Promise<void> = Promise.resolve()
  #versions = 0

  constructor(cluster: ChainCluster, mounts: readonly Mount[]) {
    this.#cluster = cluster
    this.#mounts = mounts
  }

  /** Brings all that is there, and goes on doing so until `close`. */
  async start(signal: AbortSignal): Promise<void> {
    for (const mount of this.#mounts) await this.#sync(mount, signal)
    this.#running = this.#keep(this.#closed.signal)
  }

  async close(): Promise<void> {
    this.#closed.abort()
    await this.#running
  }

  async #keep(signal: AbortSignal): Promise<void> {
    while (!signal.aborted) {
      try {
        await sleep(systemClock, syncEveryMs, signal)
        for (const mount of this.#mounts) await this.#sync(mount, signal)
      } catch {
        // It is being closed, or the API server is away: then what was mounted stays.
      }
    }
  }

  /** A Secret that is gone stays mounted as it was. */
  async #sync({ secret, folder }: Mount, signal: AbortSignal): Promise<void> {
    const found = await this.#cluster.secret(secret, signal)
    if (found === undefined) return
    const files = Object.fromEntries(Object.entries(found).map(([name, text]) => [name, text ?? '']))
    const content = JSON.stringify(files)
    if (this.#shown.get(folder) === content) return
    await mkdir(folder, { recursive: true, mode: 0o700 })
    await mountSecret(folder, files, `v${++this.#versions}`)
    this.#shown.set(folder, content)
  }
}
