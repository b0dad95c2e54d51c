/** Builders for what a decision about a PartnerKey rests on, and words for what is different. */
import { generateKeyPairSync } from 'node:crypto'
import type { ConfigMap } from '../../src/api/core-objects.ts'
import type { PartnerKey, PartnerKeySpec, PartnerKeyStatus } from '../../src/api/partner-key.ts'
import type { KeySecretView } from '../../src/partner-key/keys/key-secret.ts'
import { buildKeySecret } from '../../src/partner-key/keys/key-secret.ts'
import { ledgerData, readLedger, type KeySide } from '../../src/partner-key/keys/ledger.ts'
import type { Observed } from '../../src/partner-key/observed.ts'
import { ownLabels } from '../../src/partner-key/owned/labels.ts'
import {
  inspectPrivateKey,
  inspectPublicKey,
  type DataLensPublicKey,
  type PartnerPrivateKey,
} from '../../src/token/keys.ts'
import { readyConnection } from './connection.ts'
import { builtPartnerKey } from './partner-key.ts'

export const partnerKeyName = 'datalens/acme'

function pems() {
  const { privateKey, publicKey } = generateKeyPairSync('rsa', { modulusLength: 2048 })
  return {
    private: privateKey.export({ type: 'pkcs1', format: 'pem' }).toString(),
    public: publicKey.export({ type: 'spki', format: 'pem' }).toString(),
  }
}

/** Different keys of each side, made once for a test file. */
export const partnerKeys = [pems(), pems(), pems()].map(pem => inspectPrivateKey(pem.private)) as [
  PartnerPrivateKey,
  PartnerPrivateKey,
  PartnerPrivateKey,
]
export const dataLensKeys = [pems(), pems()].map(pem => inspectPublicKey(pem.public)) as [
  DataLensPublicKey,
  DataLensPublicKey,
]

export type LedgerLine = readonly [
  side: KeySide,
  version: number,
  key: { readonly fingerprint: string; readonly publicPem: string },
]

export function ledgerMap(lines: readonly LedgerLine[]): ConfigMap {
  const entries = lines.map(([side, version, { fingerprint, publicPem }]) => ({
    side,
    version,
    fingerprint,
    publicPem,
  }))
  return {
    metadata: { namespace: 'datalens', name: 'acme-keys', uid: 'ledger', labels: ownLabels('acme') },
    data: ledgerData(entries),
  }
}

export function keySecret(version: number, key: PartnerPrivateKey): KeySecretView {
  return { kind: 'usable', secret: buildKeySecret(partnerKeyName, version, key), key, tidy: true }
}

export function partnerKey(spec: Partial<PartnerKeySpec> = {}, status?: PartnerKeyStatus): PartnerKey {
  const dataLens = { keyVersion: 1, publicKey: dataLensKeys[0].publicPem }
  return builtPartnerKey({ metadata: { resourceVersion: '1' }, spec: { dataLens, ...spec }, status })
}

export const connection = readyConnection()

export interface Difference
  extends Partial<Omit<Observed, 'partnerKey' | 'ledger' | 'ledgerMap' | 'keySecrets'>> {
  readonly spec?: Partial<PartnerKeySpec>
  readonly status?: PartnerKeyStatus
  readonly ledger?: readonly LedgerLine[]
  readonly ledgerMap?: Observed['ledgerMap']
  readonly secrets?: Readonly<Record<number, KeySecretView>>
  /** Counts of tokens by version. */
  readonly tokens?: Readonly<Record<'dataLens' | 'partner', Readonly<Record<number, number>>>>
}

const now = Date.UTC(2026, 0, 1)

/** Version 1 of both sides, made, recorded and in use, but for what is different. */
export function seen(difference: Difference = {}): Observed {
  const { spec = {}, status, ledger, secrets, tokens, ...rest } = difference
  const key = partnerKey(spec, status)
  const lines = ledger ?? [
    ['Partner', 1, partnerKeys[0]],
    ['DataLens', 1, dataLensKeys[0]],
  ]
  const map = lines.length === 0 ? undefined : ledgerMap(lines)
  const pem = key.spec.dataLens?.publicKey
  return {
    key: partnerKeyName,
    partnerKey: key,
    now,
    observing: false,
    knowsNamespaces: true,
    connection,
    ledger: readLedger(rest.ledgerMap?.object?.data ?? map?.data),
    ledgerMap: { object: map, tidy: true },
    handoverMap: { object: undefined, tidy: true },
    keySecrets: new Map(
      Object.entries(secrets ?? { 1: keySecret(1, partnerKeys[0]) }).map(([version, view]) => [
        Number(version),
        view,
      ]),
    ),
    brought: { kind: 'none' },
    remembered: new Map(),
    dataLensKey: pem === undefined ? { kind: 'none' } : { kind: 'ok', key: inspectPublicKey(pem) },
    tally: { tenants: 0, tokens: counts(tokens), rollout: [] },
    disproved: () => false,
    ...rest,
  }
}

function counts(tokens: Difference['tokens']): Observed['tally']['tokens'] {
  const numbered = (record: Readonly<Record<number, number>> = {}): Map<number, number> =>
    new Map(Object.entries(record).map(([version, count]) => [Number(version), count]))
  return { dataLens: numbered(tokens?.dataLens), partner: numbered(tokens?.partner) }
}

/** A status that remembers keys and nothing else. */
export function rememberedKeys(lines: readonly LedgerLine[]): PartnerKeyStatus {
  return {
    keys: lines.map(([side, version, { fingerprint }]) => ({
      side,
      version,
      fingerprint,
      state: 'Active',
      tokens: 1,
    })),
  }
}
