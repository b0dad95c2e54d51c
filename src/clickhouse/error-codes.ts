/** What ClickHouse's numbers of errors mean to us, and what is said of each meaning. */

export type ClickHouseErrorCode =
  | 'databaseExists'
  | 'databaseMissing'
  | 'tableMissing'
  | 'readerMissing'
  | 'readerExists'
  | 'accessStorageReadOnly'
  | 'missingPrivileges'
  | 'settingRefused'
  | 'authenticationFailed'
  | 'timeout'
  | 'busy'
  | 'unreachable'
  | 'tlsFailed'
  /** Several servers answer at one endpoint. */
  | 'severalServers'
  /** Another server answers than before, and may yet be one of several. */
  | 'serverChanged'
  /** Two endpoints lead to one server. */
  | 'sameServer'
  /** The server is older than what is supported. */
  | 'serverTooOld'
  /** A statement was answered by another server than the one that was looked at. */
  | 'otherServer'
  /** Another operator works there under this installation's id. */
  | 'operatedElsewhere'
  | 'tableTooBig'
  | 'tableInUse'
  | 'answerTooBig'
  | 'syntax'
  | 'aborted'
  | 'other'

export const retryableCodes: ReadonlySet<ClickHouseErrorCode> = new Set([
  'timeout',
  'busy',
  'unreachable',
  'tlsFailed',
  'tableInUse',
])

interface Meaning {
  readonly code: ClickHouseErrorCode
  readonly uncertain?: true
}

const meanings: ReadonlyMap<number, Meaning> = new Map([
  [82, { code: 'databaseExists' }],
  [81, { code: 'databaseMissing' }],
  [60, { code: 'tableMissing' }],
  [218, { code: 'tableMissing' }],
  [192, { code: 'readerMissing' }],
  [511, { code: 'readerMissing' }],
  [493, { code: 'readerExists' }],
  [495, { code: 'accessStorageReadOnly' }],
  [514, { code: 'accessStorageReadOnly' }],
  [497, { code: 'missingPrivileges' }],
  [164, { code: 'settingRefused' }],
  [452, { code: 'settingRefused' }],
  [516, { code: 'authenticationFailed' }],
  [193, { code: 'authenticationFailed' }],
  [194, { code: 'authenticationFailed' }],
  [159, { code: 'timeout', uncertain: true }],
  [394, { code: 'timeout', uncertain: true }],
  [202, { code: 'busy' }],
  [241, { code: 'busy', uncertain: true }],
  [242, { code: 'busy' }],
  [225, { code: 'busy' }],
  [999, { code: 'busy', uncertain: true }],
  [209, { code: 'busy', uncertain: true }],
  [210, { code: 'busy', uncertain: true }],
  [236, { code: 'busy', uncertain: true }],
  [473, { code: 'busy' }],
  [359, { code: 'tableTooBig' }],
  [630, { code: 'tableInUse' }],
  [396, { code: 'answerTooBig' }],
  [62, { code: 'syntax' }],
] satisfies [number, Meaning][])

/** A number that is not listed means `other`. */
export function meaningOf(serverCode: number): Meaning {
  return meanings.get(serverCode) ?? { code: 'other' }
}

export const adviceOn: Readonly<Partial<Record<ClickHouseErrorCode, string>>> = {
  databaseExists: 'a database of this name exists already',
  databaseMissing: 'there is no database of this name',
  tableMissing: 'there is no table of this name',
  readerMissing: 'there is no such user or role',
  readerExists: 'a user of this name exists already',
  accessStorageReadOnly:
    'users cannot be changed with SQL there: the user is defined in a file, or no access storage is writable',
  settingRefused: 'the user’s profile does not allow these settings',
  authenticationFailed: 'the user name or the password is wrong',
  timeout: 'no answer in time; whether it was done is not known yet',
  busy: 'the server is busy or its Keeper is away; trying again',
  tableTooBig: 'a table is larger than max_table_size_to_drop',
  tableInUse: 'something else depends on it; drop or change that first',
  answerTooBig: 'the answer is larger than this operator accepts',
  syntax: 'the server does not understand the statement: it is too old, or this is a bug',
}
