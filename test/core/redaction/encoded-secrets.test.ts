/** Secrets in the forms that programs put them into before they tell of them: of none may a piece be left. */
import { generateKeyPairSync, sign } from 'node:crypto'
import { describe, expect, test } from 'vitest'
import { hideSecrets } from '../../../src/core/redaction/secrets-in-text.ts'
import { seededRandom } from '../../builders/seeded-random.ts'

const rsa = generateKeyPairSync('rsa', { modulusLength: 2048 }).privateKey
const ec = generateKeyPairSync('ec', { namedCurve: 'P-256' }).privateKey
const pem = (key: typeof rsa, type: 'pkcs1' | 'pkcs8'): string =>
  key.export({ type, format: 'pem' }).toString()
const signature = (): string => sign('sha1', Buffer.from('a'), rsa).toString('base64')
const segment = (value: object): string => Buffer.from(JSON.stringify(value)).toString('base64url')

const secrets: Readonly<Record<string, string>> = {
  'a private key': pem(rsa, 'pkcs1'),
  'one as PKCS #8': pem(rsa, 'pkcs8'),
  'one of a curve': pem(ec, 'pkcs8'),
  'an access token': `1:2:${signature()}:${signature()}`,
  'the token of an account of Kubernetes': `${segment({ alg: 'RS256', kid: 'x' })}.${segment({ sub: 'system:serviceaccount:datalens:x', exp: 1 })}.${signature().replaceAll('+', '-').replaceAll('/', '_').replaceAll('=', '')}`,
  'an address with a password': 'http://operator:Hunter2%2Bpw-of-mine@proxy.example:3128',
}

const wrapped = (text: string, width: number, end: string): string =>
  text.match(new RegExp(`.{1,${width}}`, 'gs'))?.join(end) ?? ''
const base64 = (text: string): string => Buffer.from(text).toString('base64')

const forms: Readonly<Record<string, (text: string) => string>> = {
  'as it is': text => text,
  'in base64': base64,
  'in base64 for addresses': text => Buffer.from(text).toString('base64url'),
  'in base64, wrapped': text => wrapped(base64(text), 76, '\n'),
  'in base64, wrapped and indented': text => wrapped(base64(text), 64, '\r\n    '),
  'in base64, wrapped, as JSON': text => JSON.stringify(wrapped(base64(text), 64, '\n')),
  'in base64, in an address': text => encodeURIComponent(base64(text)),
  'in hexadecimal': text => Buffer.from(text).toString('hex'),
  'in an address': text => encodeURIComponent(text),
  'in an address in an address': text => encodeURIComponent(encodeURIComponent(text)),
  'in a form': text => new URLSearchParams({ x: text }).toString().slice(2),
  'as JSON': text => JSON.stringify(text),
  'as JSON in JSON': text => JSON.stringify(JSON.stringify(text)),
  'as JSON that spares slashes': text => JSON.stringify(text).replaceAll('/', String.raw`\/`),
  'as JSON that spares signs': text =>
    JSON.stringify(text).replaceAll('+', String.raw`\u002b`).replaceAll('=', String.raw`\u003D`),
  'in lines of a terminal': text =>
    text
      .split('\n')
      .map(line => wrapped(line, 60, '\n'))
      .join('\n'),
}

const places: Readonly<Record<string, (text: string) => string>> = {
  'by itself': text => text,
  'in a sentence': text => `it is ${text} here`,
  'in a log': text => `{"level":"info","msg":${JSON.stringify(`got ${text}`)}}`,
  'in an annotation': text => `kubectl.kubernetes.io/last-applied-configuration: ${text}\n`,
}

/** The longest piece of a secret’s form that is still there. What leads to it, as `-----BEGIN`, tells nothing. */
function leftOf(form: string, text: string): string {
  const told =
    /-----(?:BEGIN|END)[^-]*-----|https?(?::|%(?:25)?3A)(?:\\*\/|%(?:25)?2F){2}|@?proxy\.example(?::|%3A|%253A)3128/g
  let longest = ''
  for (const part of form.split(told))
    for (let at = 0; at < part.length; at++)
      while (at + longest.length < part.length && text.includes(part.slice(at, at + longest.length + 1)))
        longest = part.slice(at, at + longest.length + 1)
  return longest
}

/** So much of a key or a token helps nobody. */
const harmless = 16

describe.each(Object.entries(secrets))('%s', (_, secret) => {
  test.each(Object.entries(forms))('%s', (_name, form) => {
    for (const [where, put] of Object.entries(places)) {
      const made = form(secret)
      const left = leftOf(made, hideSecrets(put(made), '#'))
      expect(left.length, `${where}: ${left}`).toBeLessThan(harmless)
    }
  })
})

describe('random passwords that nothing names', () => {
  const alphabets = {
    'letters of both kinds and digits': 'abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789',
    'small letters and digits': 'abcdefghijklmnopqrstuvwxyz0123456789',
  }
  test.each(Object.entries(alphabets))('%s', (_, alphabet) => {
    const random = seededRandom(16)
    const made = Array.from({ length: 500 }, () =>
      Array.from({ length: 24 }, () => alphabet[Math.floor(random() * alphabet.length)]).join(''),
    )
    const left = made.filter(password => hideSecrets(`it is ${password}`, '#').includes(password))
    // Two in a hundred look like names.
    expect(left.length, left.join(' ')).toBeLessThan(10)
  })
})
