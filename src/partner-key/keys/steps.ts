/** Steps on keys: plain data, one external call each, each safe to repeat. */
import type { ConfigMap, Secret } from '../../api/core-objects.ts'
import type { PartnerPrivateKey } from '../../token/keys.ts'
import { formatVersion } from './key-name.ts'
import type { KeyName, LedgerEntry } from './ledger.ts'

export type NewLedgerEntry = Pick<LedgerEntry, 'side' | 'version' | 'fingerprint' | 'publicPem'>

export function newEntry(
  { side, version }: KeyName,
  { fingerprint, publicPem }: Pick<LedgerEntry, 'fingerprint' | 'publicPem'>,
): NewLedgerEntry {
  return { side, version, fingerprint, publicPem }
}

export type KeyStep =
  /** Without `brought` a key is generated. */
  | { readonly kind: 'createKeySecret'; readonly version: number; readonly brought?: PartnerPrivateKey }
  /** Restores labels, immutability and owner references. The key stays. */
  | { readonly kind: 'tidyKeySecret'; readonly secret: Secret }
  /** Adds entries and takes none away, and labels the ledger as ours. */
  | {
      readonly kind: 'recordKeys'
      readonly entries: readonly NewLedgerEntry[]
      /** The ledger that the decision rests on. */
      readonly over: ConfigMap | undefined
    }

/** The step as the write that it would be. Holds no key. */
export function describeKeyStep(step: KeyStep): string {
  switch (step.kind) {
    case 'createKeySecret': {
      const origin = step.brought === undefined ? 'a generated key' : `the key ${step.brought.fingerprint}`
      return `create the key Secret of version ${step.version} with ${origin}`
    }
    case 'tidyKeySecret':
      return `put labels and immutability of Secret ${step.secret.metadata.name} right`
    case 'recordKeys':
      return step.entries.length === 0
        ? 'put the labels of the ledger right'
        : `record in the ledger: ${step.entries.map(formatVersion).join(', ')}`
    default:
      throw new TypeError(step satisfies never)
  }
}
