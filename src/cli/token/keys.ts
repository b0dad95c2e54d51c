/** The keys that a token is checked with, from files or from a PartnerKey's ledger. */
import type { KeyObject } from 'node:crypto'
import { UsageError } from '../../config/flags.ts'
import type { Ledger } from '../../partner-key/keys/ledger.ts'
import { KeyMaterialError } from '../../token/errors.ts'
import { readDecryptingKey, readVerifyingKey } from '../../token/trial-keys.ts'
import { readFlagFile } from '../frame/flag-file.ts'

export interface VerifyKeys {
  readonly partner: ReadonlyMap<string, KeyObject>
  /** Absent where nothing is known of DataLens's keys. */
  readonly dataLens?: ReadonlyMap<string, KeyObject>
}

export interface KeyFiles {
  /** Each `FILE` or `FILE:VERSION`. */
  readonly partner: readonly string[]
  readonly dataLensPrivate: readonly string[]
}

/** The versions that a token names. A key file without a version stands for them. */
export interface TokenVersions {
  readonly dataLensKeyVersion: string
  readonly partnerKeyVersion: string
}

/** Files win over the ledger. @throws UsageError for a file that cannot be read or holds no such key */
export function gatherKeys(files: KeyFiles, ledger: Ledger | undefined, versions: TokenVersions): VerifyKeys {
  const entries = ledger?.entries ?? []
  const fromLedger = (side: 'DataLens' | 'Partner'): [string, KeyObject][] =>
    entries
      .filter(entry => entry.side === side)
      .map(({ version, publicKey }) => [String(version), publicKey.key])
  const partner = new Map([
    ...fromLedger('Partner'),
    ...files.partner.map(file => readKeyFile('partner-key', file, versions.partnerKeyVersion)),
  ])
  const dataLens = new Map([
    ...fromLedger('DataLens'),
    ...files.dataLensPrivate.map(file =>
      readKeyFile('datalens-private-key', file, versions.dataLensKeyVersion),
    ),
  ])
  return dataLens.size === 0 ? { partner } : { partner, dataLens }
}

type KeyFlag = 'partner-key' | 'datalens-private-key'

function readKeyFile(flag: KeyFlag, value: string, versionOfToken: string): [string, KeyObject] {
  const [, file = value, version = versionOfToken] = /^(.+):([0-9]+)$/.exec(value) ?? []
  const text = readFlagFile(flag, file)
  try {
    return [version, flag === 'partner-key' ? readVerifyingKey(text) : readDecryptingKey(text)]
  } catch (error) {
    if (!(error instanceof KeyMaterialError)) throw error
    throw new UsageError(`--${flag}: ${file}: ${error.message}`)
  }
}
