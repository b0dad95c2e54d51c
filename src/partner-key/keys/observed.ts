import type { ObjectKey } from '../../api/object.ts'
import type { PartnerKey } from '../../api/partner-key.ts'
import type { DataLensPublicKey, PartnerPrivateKey } from '../../token/keys.ts'
import type { OwnedConfigMap } from '../owned/config-map.ts'
import type { TallyCounts } from '../tenants/key-tenants.ts'
import type { KeySecretView } from './key-secret.ts'
import type { KeySide, Ledger } from './ledger.ts'

/** The key that `spec.privateKeySecretRef` brings. Read only while the version has no key Secret of its own. */
export type BroughtKey =
  | { readonly kind: 'none' }
  /** Not known yet; it is being looked up. */
  | { readonly kind: 'unknown' }
  | { readonly kind: 'missing'; readonly message: string }
  | { readonly kind: 'invalid'; readonly message: string }
  | { readonly kind: 'ok'; readonly key: PartnerPrivateKey }

/** `spec.dataLens.publicKey`, parsed. */
export type DataLensKey =
  | { readonly kind: 'none' }
  | { readonly kind: 'invalid'; readonly message: string }
  | { readonly kind: 'ok'; readonly key: DataLensPublicKey }

/** What was found of the keys. */
export interface FoundKeys {
  readonly ledger: Ledger
  readonly ledgerMap: OwnedConfigMap
  /** Key Secrets by version: all that exist, and always an entry for `spec.keyVersion`. */
  readonly keySecrets: ReadonlyMap<number, KeySecretView>
  readonly brought: BroughtKey
  /** DataLens's keys that were in use before, by version. They are known even if the ledger is deleted. */
  readonly remembered: ReadonlyMap<number, DataLensPublicKey>
  readonly dataLensKey: DataLensKey
  /**
   * Whether tenants' Secrets say that this version meant another key: there are tokens of that version, and none was
   * made with this key. Asked only if the ledger is lost.
   */
  readonly disproved: (side: KeySide, version: number, fingerprint: string) => boolean
}

/** All that a decision about keys rests on. */
export interface KeysObserved extends FoundKeys {
  readonly key: ObjectKey
  readonly partnerKey: PartnerKey
  readonly tally: TallyCounts
}
