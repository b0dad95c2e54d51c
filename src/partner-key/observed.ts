import type { ClickHouseConnection } from '../api/clickhouse-connection.ts'
import type { ConfigMap } from '../api/core-objects.ts'
import type { ObjectKey } from '../api/object.ts'
import type { PartnerKey } from '../api/partner-key.ts'
import type { DataLensPublicKey, PartnerPrivateKey } from '../token/keys.ts'
import type { TallyCounts } from './tenants/tally.ts'
import type { KeySecretView } from './keys/key-secret.ts'
import type { KeySide, Ledger } from './keys/ledger.ts'

/** The key that `spec.privateKeySecretRef` brings; read only while the version has no key Secret of its own. */
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

/** A ConfigMap of a name that is ours to use. */
export interface OwnedConfigMap {
  readonly object: ConfigMap | undefined
  /** Why it is not ours to touch. */
  readonly foreign?: string
  /** Labelled as ours and without owner, or not there. */
  readonly tidy: boolean
}

/** All that a decision about one PartnerKey rests on: plain data, read once. */
export interface Observed {
  readonly key: ObjectKey
  readonly partnerKey: PartnerKey
  /** Milliseconds since the epoch. */
  readonly now: number
  /** Nothing may be changed. */
  readonly observing: boolean
  /** This operator knows the labels of namespaces. */
  readonly knowsNamespaces: boolean
  readonly connection: ClickHouseConnection | undefined
  readonly ledger: Ledger
  readonly ledgerMap: OwnedConfigMap
  readonly handoverMap: OwnedConfigMap
  /** Key Secrets by version: all that are there, and always an answer for `spec.keyVersion`. */
  readonly keySecrets: ReadonlyMap<number, KeySecretView>
  readonly brought: BroughtKey
  /** DataLens's keys that were handed on before, by version: they outlive a ledger that is deleted. */
  readonly remembered: ReadonlyMap<number, DataLensPublicKey>
  readonly dataLensKey: DataLensKey
  readonly tally: TallyCounts
  /**
   * Whether tenants' Secrets say that this version stood for another key: there are some of that version, and
   * none was made with this one. Asked only where the ledger is lost.
   */
  readonly disproved: (side: KeySide, version: number, fingerprint: string) => boolean
}
