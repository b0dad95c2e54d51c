/** Every effect this controller can have: plain data, one external call each, each safe to repeat. */
import type { ConfigMap, Secret } from '../api/core-objects.ts'
import type { PartnerPrivateKey } from '../token/keys.ts'
import type { LedgerEntry } from './keys/ledger.ts'

export type NewLedgerEntry = Pick<LedgerEntry, 'side' | 'version' | 'fingerprint' | 'publicPem'>

export type Step =
  /** Without `brought` a key is generated. */
  | { readonly kind: 'createKeySecret'; readonly version: number; readonly brought?: PartnerPrivateKey }
  /** Labels, immutability and owner references as they were made; the key stays. */
  | { readonly kind: 'tidyKeySecret'; readonly secret: Secret }
  /** Adds entries and takes none away, and labels the ledger as ours. `over`: the ledger that the decision rests on. */
  | {
      readonly kind: 'recordKeys'
      readonly entries: readonly NewLedgerEntry[]
      readonly over: ConfigMap | undefined
    }
  | {
      readonly kind: 'writeHandover'
      readonly data: Readonly<Record<string, string>>
      readonly over: ConfigMap | undefined
    }
