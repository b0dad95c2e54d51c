/** Passwords as they are kept: by scrypt, with a salt each. */
import { randomBytes, scrypt, timingSafeEqual, type ScryptOptions } from 'node:crypto'

/** What OWASP's cheat sheet on storing passwords names for 32 MiB. */
const cost: ScryptOptions = { N: 2 ** 15, r: 8, p: 3, maxmem: 64 * 1024 * 1024 }
const length = 32

/** `scrypt:SALT:HASH`, both in base64url. */
export async function hashPassword(password: string): Promise<string> {
  const salt = randomBytes(16)
  const hash = await derive(password, salt)
  return `scrypt:${salt.toString('base64url')}:${hash.toString('base64url')}`
}

/** Whether this is what `hashPassword` gives, and not, say, the password itself. */
export function isHash(kept: string | undefined): boolean {
  return /^scrypt:[\w-]{22}:[\w-]{43}$/.test(kept ?? '')
}

/** @param kept what `hashPassword` gave; without one the answer is no, after the same time */
export async function fits(password: string, kept: string | undefined): Promise<boolean> {
  const [scheme, salt, hash] = (kept ?? '').split(':')
  const isKept = scheme === 'scrypt' && salt !== undefined && hash !== undefined
  const wanted = Buffer.from(isKept ? hash : '', 'base64url')
  const derived = await derive(password, Buffer.from(isKept ? salt : '', 'base64url'))
  return wanted.byteLength === length && timingSafeEqual(wanted, derived)
}

/** What a person may type from a terminal: some 95 bits. */
export function makeUpPassword(): string {
  return randomBytes(12).toString('base64url')
}

function derive(password: string, salt: Buffer): Promise<Buffer> {
  return new Promise((resolve, reject) => {
    // However it was typed: letters with accents have two spellings.
    scrypt(password.normalize('NFKC'), salt, length, cost, (error, key) => {
      if (error === null) resolve(key)
      else reject(error)
    })
  })
}
