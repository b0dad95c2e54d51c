import type { DataLensPublicKey, PartnerPrivateKey } from './keys.ts'

/** The keys of one PartnerKey that have been checked against its ledger. */
export interface KeyRingEntry {
  /** By partner key version. */
  readonly versions: ReadonlyMap<number, PartnerPrivateKey>
  /** By DataLens key version. */
  readonly dataLens: ReadonlyMap<number, DataLensPublicKey>
}

/**
 * Hands checked keys from the controller that owns them to the one that mints.
 *
 * Subscribers hear of a PartnerKey only when its keys have really changed, so putting the same ones again
 * with each reconcile wakes nobody.
 */
export class KeyRing {
  readonly #entries = new Map<string, KeyRingEntry>()
  readonly #subscribers = new Set<(key: string) => void>()

  /** @param key `namespace/name` of the PartnerKey */
  get(key: string): KeyRingEntry | undefined {
    return this.#entries.get(key)
  }

  put(key: string, entry: KeyRingEntry): void {
    const previous = this.#entries.get(key)
    if (
      previous &&
      sameKeys(previous.versions, entry.versions) &&
      sameKeys(previous.dataLens, entry.dataLens)
    )
      return
    this.#entries.set(key, entry)
    this.#notify(key)
  }

  remove(key: string): void {
    if (this.#entries.delete(key)) this.#notify(key)
  }

  /** Calls `run` after each change. Returns a function that ends it. */
  subscribe(run: (key: string) => void): () => void {
    this.#subscribers.add(run)
    return () => this.#subscribers.delete(run)
  }

  #notify(key: string): void {
    for (const run of this.#subscribers) run(key)
  }
}

type Fingerprinted = { readonly fingerprint: string }

function sameKeys(a: ReadonlyMap<number, Fingerprinted>, b: ReadonlyMap<number, Fingerprinted>): boolean {
  return (
    a.size === b.size && [...a].every(([version, key]) => b.get(version)?.fingerprint === key.fingerprint)
  )
}
