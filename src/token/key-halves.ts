import { createPublicKey, type KeyObject, sign, verify } from 'node:crypto'

/** Compares the numbers of a key, which OpenSSL does not when it parses one, and tries the key. */
export function halvesMatch(key: KeyObject): boolean {
  const numbers = privateNumbers(key)
  if (!numbers) return false
  const { n, e, d, p, q, dp, dq, qi } = numbers
  if (p <= 1n || q <= 1n || p * q !== n) return false
  if ((e * d) % (p - 1n) !== 1n || (e * d) % (q - 1n) !== 1n) return false
  if (dp !== d % (p - 1n) || dq !== d % (q - 1n) || (qi * q) % p !== 1n) return false
  const sample = Buffer.from('lenskeeper')
  try {
    return verify('RSA-SHA1', sample, createPublicKey(key), sign('RSA-SHA1', sample, key))
  } catch {
    return false
  }
}

type PrivateNumbers = Readonly<Record<'n' | 'e' | 'd' | 'p' | 'q' | 'dp' | 'dq' | 'qi', bigint>>

function privateNumbers(key: KeyObject): PrivateNumbers | undefined {
  try {
    const jwk = key.export({ format: 'jwk' })
    const number = (value: unknown): bigint =>
      BigInt(`0x0${Buffer.from(typeof value === 'string' ? value : '', 'base64url').toString('hex')}`)
    return {
      n: number(jwk.n),
      e: number(jwk.e),
      d: number(jwk.d),
      p: number(jwk.p),
      q: number(jwk.q),
      dp: number(jwk['dp']),
      dq: number(jwk['dq']),
      qi: number(jwk['qi']),
    }
  } catch {
    return undefined
  }
}
