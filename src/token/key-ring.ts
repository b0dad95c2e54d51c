import type { ObjectKey } from '../api/object.ts'
import type { DataLensPublicKey, PartnerPrivateKey } from './keys.ts'

/** The keys of one PartnerKey that have been checked against its ledger. */
export interface KeyRingEntry {
  /** By version of the partner’s key. */
  readonly partner: ReadonlyMap<number, PartnerPrivateKey>
  /** By version of DataLens’s key. */
  readonly dataLens: ReadonlyMap<number, DataLensPublicKey>
}

/** Versions that have come, by side. */
export interface AddedKeys {
  readonly partner: ReadonlySet<number>
  readonly dataLens: ReadonlySet<number>
}

/** @param added the keys that have come, if that is the only change: it concerns only those who need them */
type Subscriber = (key: ObjectKey, added: AddedKeys | undefined) => void

/**
 * Hands checked keys from the controller that owns them to the one that mints.
 *
 * Subscribers are told of a PartnerKey only when its keys have changed. So each reconcile may put the same keys again
 * and wakes nobody.
 */
export class KeyRing {
  readonly #entries = new Map<ObjectKey, KeyRingEntry>()
  readonly #subscribers = new Set<Subscriber>()

  /** @param key of the PartnerKey */
  get(key: ObjectKey): KeyRingEntry | undefined {
    return this.#entries.get(key)
  }

  put(key: ObjectKey, entry: KeyRingEntry): void {
    const previous = this.#entries.get(key)
    if (previous && sameKeys(previous.partner, entry.partner) && sameKeys(previous.dataLens, entry.dataLens))
      return
    this.#entries.set(key, entry)
    this.#notify(key, addedKeys(previous, entry))
  }

  remove(key: ObjectKey): void {
    if (this.#entries.delete(key)) this.#notify(key, undefined)
  }

  /** Calls `run` after each change. Returns a function that ends it. */
  subscribe(run: Subscriber): () => void {
    this.#subscribers.add(run)
    return () => this.#subscribers.delete(run)
  }

  #notify(key: ObjectKey, added: AddedKeys | undefined): void {
    for (const run of this.#subscribers) run(key, added)
  }
}

type Fingerprinted = { readonly fingerprint: string }

function sameKeys(a: ReadonlyMap<number, Fingerprinted>, b: ReadonlyMap<number, Fingerprinted>): boolean {
  return a.size === b.size && contains(b, a)
}

function addedKeys(before: KeyRingEntry | undefined, after: KeyRingEntry): AddedKeys | undefined {
  if (before === undefined) return undefined
  if (!contains(after.partner, before.partner) || !contains(after.dataLens, before.dataLens)) return undefined
  const missing = (side: 'partner' | 'dataLens'): Set<number> =>
    new Set([...after[side].keys()].filter(version => !before[side].has(version)))
  return { partner: missing('partner'), dataLens: missing('dataLens') }
}

function contains(
  all: ReadonlyMap<number, Fingerprinted>,
  some: ReadonlyMap<number, Fingerprinted>,
): boolean {
  return [...some].every(([version, key]) => all.get(version)?.fingerprint === key.fingerprint)
}
