/**
 * The mark in a database's COMMENT says whose the database is, and what to do once the owner is gone from Kubernetes.
 * Anybody with rights on the server can write a comment. So anything but the exact text of `encodeMark` counts as
 * foreign, and is shown to nobody.
 */

import { parseTimestamp } from '../core/timestamp.ts'
export type MarkState = 'owned' | 'retired'
export type OnDelete = 'Retain' | 'Drop'

export interface Mark {
  /** Which installation of the operator owns it. */
  readonly installation: string
  /**
   * `namespace/name` of the ClickHouseConnection whose key the tenant names. Absent where only one connection leads to
   * the server, and in marks of older versions.
   */
  readonly connection?: string
  /** Of the tenant. Without uid: a restored tenant of the same name is the same tenant. */
  readonly namespace: string
  readonly name: string
  readonly state: MarkState
  /** What becomes of the tables when the tenant goes. */
  readonly onDelete: OnDelete
  /** When its tenant was found gone, in milliseconds since the epoch. Only a retired mark has it, and always. */
  readonly retiredAt?: number
  /**
   * When its tables go, fixed as it was retired, in milliseconds since the epoch and not before `retiredAt`. Retired
   * marks of older releases lack it.
   */
  readonly dropsAt?: number
}

export type ReadMark =
  /** The comment is not about us at all. */
  | { readonly kind: 'none' }
  /** It begins as a mark, but this version cannot read it: it is somebody else's. */
  | { readonly kind: 'malformed' }
  | { readonly kind: 'mark'; readonly mark: Mark }

const prefix = 'lenskeeper/'
const longest = 1024

const label = '[a-z0-9](?:[-a-z0-9]{0,61}[a-z0-9])?'
const time = '[0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9]{2}:[0-9]{2}:[0-9]{2}\\.[0-9]{3}Z'
const objectName = '[a-z0-9](?:[-.a-z0-9]{0,61}[a-z0-9])?'
const pattern = new RegExp(
  `^${prefix}v1` +
    ' installation=(?<installation>[A-Za-z0-9](?:[-._A-Za-z0-9]{0,61}[A-Za-z0-9])?)' +
    `(?: connection=(?<connection>${label}/${objectName}))?` +
    ` tenant=(?<namespace>${label})/(?<name>${objectName})` +
    ' state=(?<state>owned|retired)' +
    ' onDelete=(?<onDelete>Retain|Drop)' +
    `(?: retiredAt=(?<retiredAt>${time})(?: dropsAt=(?<dropsAt>${time}))?)?$`,
)

/** Whether marks can carry this installation id: 1 to 63 letters, digits, `-`, `.`, `_`. */
export function isInstallationId(id: string): boolean {
  return /^[A-Za-z0-9]([-._A-Za-z0-9]{0,61}[A-Za-z0-9])?$/.test(id)
}

/**
 * The mark as one line that people can read too.
 *
 * @throws RangeError for a mark that could not be read back: it would orphan its database
 */
export function encodeMark(mark: Mark): string {
  const text = writeMark(mark)
  if (!pattern.test(text) || !hasSoundTimes(mark)) throw new RangeError('a mark cannot say this')
  return text
}

function hasSoundTimes({ state, retiredAt, dropsAt }: Mark): boolean {
  if (retiredAt === undefined) return state === 'owned' && dropsAt === undefined
  return state === 'retired' && (dropsAt === undefined || dropsAt >= retiredAt)
}

function writeMark(mark: Mark): string {
  const fields = [
    `${prefix}v1`,
    `installation=${mark.installation}`,
    ...(mark.connection === undefined ? [] : [`connection=${mark.connection}`]),
    `tenant=${mark.namespace}/${mark.name}`,
    `state=${mark.state}`,
    `onDelete=${mark.onDelete}`,
  ]
  if (mark.retiredAt !== undefined) fields.push(`retiredAt=${new Date(mark.retiredAt).toISOString()}`)
  if (mark.dropsAt !== undefined) fields.push(`dropsAt=${new Date(mark.dropsAt).toISOString()}`)
  return fields.join(' ')
}

/** @param comment at least the first 1,024 characters of the database's comment */
export function readMark(comment: string): ReadMark {
  if (!comment.startsWith(prefix)) return { kind: 'none' }
  const mark = comment.length < longest ? parse(comment) : undefined
  return mark === undefined ? { kind: 'malformed' } : { kind: 'mark', mark }
}

/** The mark in a comment; undefined for a comment without one, or with one that cannot be read. */
export function markIn(comment: string): Mark | undefined {
  const read = readMark(comment)
  return read.kind === 'mark' ? read.mark : undefined
}

/** The mark of the tenant that has a database, of any installation. Undefined also when the mark is retired. */
export function ownerOf(comment: string): Mark | undefined {
  const mark = markIn(comment)
  return mark?.state === 'owned' ? mark : undefined
}

/** Whether a mark is of this installation, or of one whose databases it takes over. */
export function isOurs(
  { installation }: Mark,
  side: { readonly installation: string; readonly inheritFrom: readonly string[] },
): boolean {
  return installation === side.installation || side.inheritFrom.includes(installation)
}

/** Whether a database is, by its comment, this tenant's of this installation. */
export function isOwnedBy(
  comment: string,
  { installation, namespace, name }: Pick<Mark, 'installation' | 'namespace' | 'name'>,
): boolean {
  const owner = ownerOf(comment)
  return owner?.installation === installation && owner.namespace === namespace && owner.name === name
}

function parse(comment: string): Mark | undefined {
  const groups = pattern.exec(comment)?.groups ?? {}
  const { installation, connection, namespace, name, state, onDelete } = groups
  if (installation === undefined || namespace === undefined || name === undefined) return undefined
  const retiredAt = readTime(groups['retiredAt'])
  const dropsAt = readTime(groups['dropsAt'])
  if (retiredAt === 'wrong' || dropsAt === 'wrong') return undefined
  const mark: Mark = {
    installation,
    ...(connection === undefined ? {} : { connection }),
    namespace,
    name,
    state: state === 'retired' ? 'retired' : 'owned',
    onDelete: onDelete === 'Drop' ? 'Drop' : 'Retain',
    ...(retiredAt === undefined ? {} : { retiredAt }),
    ...(dropsAt === undefined ? {} : { dropsAt }),
  }
  return hasSoundTimes(mark) ? mark : undefined
}

function readTime(text: string | undefined): number | undefined | 'wrong' {
  if (text === undefined) return undefined
  const at = parseTimestamp(text)
  // Some engines parse 31 February, too. A real time comes back as the same text.
  return at === undefined || new Date(at).toISOString() !== text ? 'wrong' : at
}
