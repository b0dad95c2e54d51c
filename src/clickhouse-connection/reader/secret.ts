/** Reads the Secret with the reader's password. Messages never quote what is in it. */
import type { ClickHouseConnection } from '../../api/clickhouse-connection.ts'
import { orNotRead } from '../../api/core-objects.ts'
import { readerSecretName } from '../../api/names.ts'
import { beside } from '../../api/object.ts'
import { Redacted } from '../../core/redaction/redacted.ts'
import { isText, lineOf, type FindSecret } from '../server/credentials.ts'
import type { ReaderSecret } from './observed.ts'

export function readReaderSecret(connection: ClickHouseConnection, find: FindSecret): ReaderSecret {
  const secret = find(beside(connection, readerSecretName(connection)))
  // The account's Secrets are not read either then, and the connection says so.
  if (secret === 'unknown' || secret === 'overLimit') return { kind: 'unknown' }
  if (secret === undefined) return { kind: 'missing' }
  const username = lineOf(secret, 'username')
  if (username !== undefined && username !== connection.spec.reader.user) {
    return { kind: 'unusable', because: 'its username is not that of spec.reader.user' }
  }
  const password = lineOf(secret, 'password')
  if (!password) return { kind: 'unusable', because: `it has no password${orNotRead(secret)}` }
  if (!isText(password)) return { kind: 'unusable', because: 'its password is not UTF-8 text' }
  return { kind: 'ok', password: new Redacted(password) }
}
