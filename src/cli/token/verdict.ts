/** The verdict on a token, check by check in DataLens's order. Holds nothing of the token but its versions. */
import { createPublicKey, type KeyObject } from 'node:crypto'
import { dataOf, type Secret } from '../../api/core-objects.ts'
import { hasVersionForm } from '../../api/fields/key-version.ts'
import { refusalOf } from '../../sandbox/connector/answers.ts'
import { parseAccessToken, verifyAccessToken, type ParsedAccessToken } from '../../token/access-token.ts'
import { TokenError, type TokenErrorCode } from '../../token/errors.ts'
import { fingerprintOf } from '../../token/keys.ts'
import type { TokenVersions, VerifyKeys } from './keys.ts'

export interface Check {
  readonly name: 'structure' | 'versions' | 'signature' | 'database' | 'secret'
  readonly result: 'good' | 'bad' | 'unknown'
  readonly text: string
}

export interface Verdict {
  readonly accepted: boolean
  readonly checks: readonly Check[]
  readonly conclusion: string
}

/** What a Secret says beside the token. */
export interface SecretFields {
  readonly database: string | undefined
  readonly dataLensKeyVersion: string | undefined
  readonly partnerKeyVersion: string | undefined
}

export function fieldsOf(secret: Secret): SecretFields {
  return {
    database: dataOf(secret, 'database'),
    dataLensKeyVersion: dataOf(secret, 'dataLensKeyVersion'),
    partnerKeyVersion: dataOf(secret, 'partnerKeyVersion'),
  }
}

const failingCheck: Readonly<Record<TokenErrorCode, Check['name']>> = {
  malformed: 'structure',
  'unknown-version': 'versions',
  'bad-signature': 'signature',
  undecryptable: 'database',
  'bad-payload': 'database',
}

const order: readonly Check['name'][] = ['structure', 'versions', 'signature', 'database']

/**
 * @param keysFor called with the versions that the token names, if it names any
 * @param fields what the token's Secret says beside it, if the token came from a Secret
 */
export function judge(
  text: string,
  keysFor: (versions: TokenVersions) => VerifyKeys,
  fields?: SecretFields,
): Verdict {
  try {
    const token = parseAccessToken(text)
    refuseOddVersions(token)
    const keys = keysFor(token)
    try {
      const dataLensKeys = keys.dataLens === undefined ? {} : { dataLensKeys: keys.dataLens }
      const { database } = verifyAccessToken(text, { partnerKeys: keys.partner, ...dataLensKeys })
      const checks = [...goodChecks(token, keys), databaseCheck(database)]
      return fields === undefined ? accepted(checks) : compare(checks, { ...token, database }, fields)
    } catch (error) {
      return refused(error, goodChecks(token, keys))
    }
  } catch (error) {
    return refused(error, [])
  }
}

/** Refuses versions that are none: no key has them, and a text that may be anything must not reach the terminal. */
function refuseOddVersions(versions: TokenVersions): void {
  for (const [name, part] of [
    ['dataLensKeyVersion', 'first'],
    ['partnerKeyVersion', 'second'],
  ] as const) {
    if (hasVersionForm(versions[name])) continue
    const message = `The ${part} part of the token is not a key version, which is a whole number without leading zeros.`
    throw new TokenError('unknown-version', message)
  }
}

/** All checks but the last, in the words for a token that passes them. */
function goodChecks(token: ParsedAccessToken, keys: VerifyKeys): readonly Check[] {
  const { dataLensKeyVersion, partnerKeyVersion, ciphertext, signature } = token
  const sizes = `four parts, ${ciphertext.length} bytes encrypted, ${signature.length} bytes of signature`
  const key = keys.partner.get(partnerKeyVersion)
  const known = keys.dataLens === undefined ? ' (DataLens’s was not looked up)' : ''
  return [
    good('structure', sizes),
    good('versions', `DataLens’s key ${dataLensKeyVersion}, the partner’s key ${partnerKeyVersion}${known}`),
    good('signature', `made with the partner’s key ${key === undefined ? '' : fingerprint(key)}`),
  ]
}

function fingerprint(key: KeyObject): string {
  return fingerprintOf(key.type === 'private' ? createPublicKey(key) : key)
}

function databaseCheck(database: string | undefined): Check {
  if (database !== undefined) return good('database', JSON.stringify(database))
  const text = 'not checked: only DataLens’s private key opens it (--datalens-private-key)'
  return { name: 'database', result: 'unknown', text }
}

function accepted(checks: readonly Check[]): Verdict {
  const whole = checks.every(({ result }) => result === 'good')
  const conclusion = whole
    ? 'DataLens would accept this token.'
    : 'DataLens would accept this token, as far as can be seen without its private key.'
  return { accepted: true, checks, conclusion }
}

function refused(error: unknown, passed: readonly Check[]): Verdict {
  if (!(error instanceof TokenError)) throw error
  const { status, message } = refusalOf(error.code)
  const name = failingCheck[error.code]
  const before = passed.filter(check => order.indexOf(check.name) < order.indexOf(name))
  const answer = status === 400 ? `with 400 "${message}"` : `with a server error (${status})`
  return {
    accepted: false,
    checks: [...before, { name, result: 'bad', text: error.message }],
    conclusion: `DataLens would refuse this token ${answer}. ${remedies[error.code]}`,
  }
}

const remedies: Readonly<Record<TokenErrorCode, string>> = {
  malformed: 'Copy it again, whole and without anything around it.',
  'unknown-version':
    'Send DataLens the public key of that version, or wait until it has it; or the version was withdrawn: take the token that the Secret holds now.',
  'bad-signature':
    'Copy it again; if it stays so, DataLens may have another key under that version: compare the fingerprints.',
  undecryptable:
    'DataLens may have another key under that version: compare the fingerprint of the public key that it sent.',
  'bad-payload': 'It was not made by Lenskeeper: take the token that the Secret holds now.',
}

function compare(
  checks: readonly Check[],
  token: TokenVersions & { readonly database: string | undefined },
  fields: SecretFields,
): Verdict {
  const differing = (['dataLensKeyVersion', 'partnerKeyVersion', 'database'] as const).filter(
    name => fields[name] !== undefined && token[name] !== undefined && fields[name] !== token[name],
  )
  if (differing.length === 0)
    return accepted([...checks, good('secret', 'its other fields agree with the token')])
  const text = `${differing.join(', ')} beside the token say otherwise than the token itself`
  return {
    accepted: false,
    checks: [...checks, { name: 'secret', result: 'bad', text }],
    conclusion: 'DataLens would accept this token, but it is not the one that belongs into this Secret.',
  }
}

function good(name: Check['name'], text: string): Check {
  return { name, result: 'good', text }
}
