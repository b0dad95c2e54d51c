/** Reads the Secrets of the operator's account into plain data. Messages never quote what is in them. */
import type { ClickHouseConnection } from '../../api/clickhouse-connection.ts'
import { dataOf, keyTextOf, orNotRead, type Secret } from '../../api/core-objects.ts'
import { secretsOfConnection } from '../../api/names.ts'
import { beside, type ObjectKey } from '../../api/object.ts'
import { secretCommand } from '../../api/secret-command.ts'
import { authoritiesIn, type Authorities } from '../../clickhouse/endpoint/authorities.ts'
import { Redacted } from '../../core/redaction/redacted.ts'
import { rememberedOf } from '../../core/remembered.ts'
import type { Problem } from '../problem.ts'
import type { Account } from './observed.ts'

export type FindSecret = (key: ObjectKey) => Secret | undefined | 'unknown' | 'overLimit'

export function readAccount(connection: ClickHouseConnection, find: FindSecret): Account {
  const { credentialsSecretRef, tls } = connection.spec
  const key = beside(connection, credentialsSecretRef.name)
  const secret = find(key)
  const ca = tls === undefined ? undefined : find(beside(connection, tls.caSecretRef.name))
  if (secretsOfConnection(connection).some(key => find(key) === 'overLimit')) return missing(tooManySecrets)
  if (typeof secret === 'string' || typeof ca === 'string') return { kind: 'unknown' }
  const username = secret && lineOf(secret, 'username')
  const password = secret && lineOf(secret, 'password')
  // An empty password is one for ClickHouse.
  if (!username || password === undefined) {
    const what =
      secret === undefined ? 'does not exist' : `lacks the key username or password${orNotRead(secret)}`
    const message = `The Secret "${credentialsSecretRef.name}" (spec.credentialsSecretRef) ${what}. It takes the name and the password of the operator’s account in ClickHouse, and it is watched; ${writeAccount(key, { exists: secret !== undefined, name: !username, password: password === undefined })}`
    return missing({ reason: 'CredentialsMissing', message })
  }
  if (!isText(username) || !isText(password)) {
    const message = `The username or the password in the Secret "${credentialsSecretRef.name}" (spec.credentialsSecretRef) is not UTF-8 text. The Secret is watched; write it anew, ${writeAccount(key, { exists: true, name: true, password: true })}`
    return missing({ reason: 'CredentialsMissing', message })
  }
  // HTTP sends both as one text with a colon between.
  if (username.includes(':')) {
    const message = `The username in the Secret "${credentialsSecretRef.name}" (spec.credentialsSecretRef) has a colon, which ClickHouse’s HTTP interface cannot tell from the end of it. Give the operator’s account another name, and write that there; the Secret is watched.`
    return missing({ reason: 'CredentialsMissing', message })
  }
  if (tls === undefined) return { kind: 'ok', username, password: new Redacted(password), ca: undefined }
  const { name, key: part } = tls.caSecretRef
  const trusted: Authorities =
    ca === undefined ? { kind: 'none', because: 'does not exist' } : authoritiesOf(ca, part)
  if (trusted.kind === 'none') {
    const put = { exists: ca !== undefined, files: { [part]: './ca.crt' } }
    const message = `The Secret "${name}" (spec.tls.caSecretRef) ${trusted.because}. Put the authority’s certificate there, and it is watched; with that in ./ca.crt: ${secretCommand(beside(connection, name), put)}`
    return missing({ reason: 'CertificateAuthorityMissing', message })
  }
  return { kind: 'ok', username, password: new Redacted(password), ca: trusted.pem }
}

interface Lacking {
  readonly exists: boolean
  /** Which parts are to be written. */
  readonly name: boolean
  readonly password: boolean
}

/** The name is the one that the documentation gives it. */
function writeAccount(key: ObjectKey, { exists, name, password }: Lacking): string {
  const literals = name ? { username: 'lenskeeper' } : {}
  const files = password ? { password: './password.txt' } : {}
  const where = password ? 'with the password in ./password.txt' : 'with the name that the account has'
  return `${where}: ${secretCommand(key, { exists, literals, files })}`
}

/** A bundle may hold hundreds of certificates. */
const authoritiesOf = rememberedOf(readAuthorities)

function readAuthorities(secret: Secret, key: string): Authorities {
  const text = keyTextOf(secret, key)
  if (text === undefined) return { kind: 'none', because: `has no key "${key}"${orNotRead(secret)}` }
  const found = authoritiesIn(text)
  return found.kind === 'ok' ? found : { kind: 'none', because: `${found.because}, under "${key}"` }
}

const tooManySecrets: Problem = {
  reason: 'TooManySecrets',
  message:
    'The Secrets of this connection are not read: the operator watches 200 that connections and PartnerKeys refer to, as far as there is memory for them, shared fairly by their namespaces, and this namespace refers to more than its part. Delete what refers to Secrets in vain, let connections share theirs, and keep nothing else in them.',
}

/** A value of the Secret without the newline at its end, which files often have. */
export function lineOf(secret: Secret, name: string): string | undefined {
  return dataOf(secret, name)?.replace(/\r?\n$/, '')
}

/** Whether nothing was lost when it was read as UTF-8. Latin-1 from an old system or UTF-16 of Windows loses. */
export function isText(value: string): boolean {
  return !/[\uFFFD\0]/.test(value)
}

function missing(problem: Problem): Account {
  return { kind: 'missing', problem }
}
