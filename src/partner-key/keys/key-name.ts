import type { KeyName } from './ledger.ts'

/** `DataLens’s key 2`, `partner key 1`: how messages name a key. */
export function formatVersion({ side, version }: KeyName): string {
  return side === 'DataLens' ? `DataLens’s key ${version}` : `partner key ${version}`
}
