/**
 * The ledger: every key ever used, by side and version, in a ConfigMap that people can read. A version always means the
 * key that it was used with, so entries are only ever added. People may have edited the ConfigMap, so it is read
 * strictly: what cannot be read is damage, and never replaces what was known.
 */
import { parseVersion } from '../../api/fields/key-version.ts'
import { KeyMaterialError } from '../../token/errors.ts'
import { inspectPublicKey, type DataLensPublicKey } from '../../token/keys.ts'

export type KeySide = 'DataLens' | 'Partner'

/** Names a key. Each side and version has one, for ever. */
export interface KeyName {
  readonly side: KeySide
  readonly version: number
}

export interface LedgerEntry extends KeyName {
  readonly fingerprint: string
  /** SPKI. */
  readonly publicPem: string
  /** The same, ready to encrypt with. */
  readonly publicKey: DataLensPublicKey
}

export interface Ledger {
  /** The entries that are whole, also when others are damaged. */
  readonly entries: readonly LedgerEntry[]
  /** What is damaged, a sentence each. Empty when nothing is. */
  readonly damage: readonly string[]
}

export const emptyLedger: Ledger = { entries: [], damage: [] }

const sides: Readonly<Record<string, KeySide>> = { datalens: 'DataLens', partner: 'Partner' }
const nameForm = /^(datalens|partner)\.v([0-9]+)$/

/** `partner.v2`: the name of an entry in the ConfigMap's data. */
function entryName({ side, version }: KeyName): string {
  return `${side === 'DataLens' ? 'datalens' : 'partner'}.v${version}`
}

/** An entry's text: the fingerprint in a line of its own, then the public key. */
export function entryText(entry: Pick<LedgerEntry, 'fingerprint' | 'publicPem'>): string {
  return `${entry.fingerprint}\n${entry.publicPem.trim()}\n`
}

export function ledgerData(
  entries: readonly Pick<LedgerEntry, 'side' | 'version' | 'fingerprint' | 'publicPem'>[],
): Record<string, string> {
  return Object.fromEntries(entries.map(entry => [entryName(entry), entryText(entry)]))
}

/** Of both sides. Each is a key in memory, and whoever may write ConfigMaps may put thousands there. */
const mostEntries = 512
/** How much of the damage is told. */
const mostDamage = 8

/** Reads any data, and never throws. */
export function readLedger(data: Readonly<Record<string, string>> = {}): Ledger {
  const entries: LedgerEntry[] = []
  const damage: string[] = []
  const all = Object.entries(data)
  if (all.length > mostEntries) {
    return { entries, damage: [`It has ${all.length} entries, and no more than ${mostEntries} are read.`] }
  }
  for (const [name, text] of all) {
    const read = readEntry(name, text)
    if (typeof read === 'string') damage.push(read)
    else entries.push(read)
  }
  return { entries, damage: firstOf([...damage, ...repeated(entries)]) }
}

export function findEntry(ledger: Ledger, side: KeySide, version: number): LedgerEntry | undefined {
  return ledger.entries.find(entry => entry.side === side && entry.version === version)
}

/** Whether the ledger has any key of a side. If it has none, it may have been lost. */
export function knowsSide(ledger: Ledger, side: KeySide): boolean {
  return ledger.entries.some(entry => entry.side === side)
}

function readEntry(name: string, text: string): LedgerEntry | string {
  const [, prefix = '', digits = ''] = nameForm.exec(name) ?? []
  const side = sides[prefix]
  const version = parseVersion(digits)
  if (side === undefined || version === undefined) return `"${shorten(name)}" is not the name of an entry.`
  const end = text.indexOf('\n')
  const stated = text.slice(0, Math.max(0, end)).trim()
  if (!/^SHA256:[A-Za-z0-9+/]{43}$/.test(stated)) return `${name} does not begin with a fingerprint.`
  try {
    const publicKey = inspectPublicKey(text.slice(end + 1))
    if (publicKey.fingerprint !== stated) {
      return `${name} says ${stated}, but its key is ${publicKey.fingerprint}.`
    }
    const { fingerprint, publicPem } = publicKey
    return { side, version, fingerprint, publicPem, publicKey }
  } catch (error) {
    if (error instanceof KeyMaterialError) return `${name} holds no usable public key.`
    throw error
  }
}

/** Entries with one key under two versions. We never write such. */
function repeated(entries: readonly LedgerEntry[]): string[] {
  return entries.flatMap((entry, at) => {
    const first = entries.findIndex(
      other => other.side === entry.side && other.fingerprint === entry.fingerprint,
    )
    const other = entries[first]
    if (other === undefined || first === at) return []
    return [`${entryName(entry)} and ${entryName(other)} are the same key.`]
  })
}

function firstOf(damage: readonly string[]): readonly string[] {
  const left = damage.length - mostDamage
  return left <= 0 ? damage : [...damage.slice(0, mostDamage), `There is more damage: ${left} times.`]
}

/** Shortens what somebody wrote, so that quoting it does not fill a status. */
function shorten(name: string): string {
  return name.length <= 40 ? name : `${name.slice(0, 40)}…`
}
