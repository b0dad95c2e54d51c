/** Reads the Secrets of the operator's account into plain data. Messages never quote what is in them. */
import { X509Certificate } from 'node:crypto'
import type { ClickHouseConnection } from '../../api/clickhouse-connection.ts'
import { dataOf, type Secret } from '../../api/core-objects.ts'
import { beside, type ObjectKey } from '../../api/object.ts'
import { Redacted } from '../../core/redacted.ts'
import type { Problem } from '../problem.ts'
import type { Account } from './observed.ts'

export type FindSecret = (key: ObjectKey) => Secret | undefined | 'unknown'

export function readAccount(connection: ClickHouseConnection, find: FindSecret): Account {
  const { credentialsSecretRef, tls } = connection.spec
  const secret = find(beside(connection, credentialsSecretRef.name))
  const ca = tls === undefined ? undefined : find(beside(connection, tls.caSecretRef.name))
  if (secret === 'unknown' || ca === 'unknown') return { kind: 'unknown' }
  const username = secret && lineOf(secret, 'username')
  const password = secret && lineOf(secret, 'password')
  // An empty password is one for ClickHouse.
  if (!username || password === undefined) {
    const what = secret === undefined ? 'does not exist' : 'lacks the key username or password'
    const message = `The Secret "${credentialsSecretRef.name}" (spec.credentialsSecretRef) ${what}. Create it with the keys username and password of the operator’s account; it is watched.`
    return missing({ reason: 'CredentialsMissing', message })
  }
  if (tls === undefined) return { kind: 'ok', username, password: new Redacted(password), ca: undefined }
  const { name, key } = tls.caSecretRef
  const pem = ca && dataOf(ca, key)
  if (pem === undefined || !holdsCertificate(pem)) {
    const what =
      pem === undefined ? `with the key "${key}" does not exist` : `holds no PEM certificate under "${key}"`
    const message = `The Secret "${name}" (spec.tls.caSecretRef) ${what}. Put the authority’s certificate there; it is watched.`
    return missing({ reason: 'CertificateAuthorityMissing', message })
  }
  return { kind: 'ok', username, password: new Redacted(password), ca: pem }
}

/** A value of the Secret without the newline at its end, which files often have. */
export function lineOf(secret: Secret, name: string): string | undefined {
  return dataOf(secret, name)?.replace(/\r?\n$/, '')
}

function missing(problem: Problem): Account {
  return { kind: 'missing', problem }
}

function holdsCertificate(pem: string): boolean {
  try {
    new X509Certificate(pem).toString()
    return true
  } catch {
    return false
  }
}
