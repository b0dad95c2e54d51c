import { generateKeyPair } from 'node:crypto'
import { promisify } from 'node:util'
import { describePrivateKey, partnerKeyBits, partnerKeyExponent, type PartnerPrivateKey } from './keys.ts'

const generate = promisify(generateKeyPair)

/** Makes a new partner key on the thread pool. It takes some tenths of a second. */
export async function generatePartnerKey(): Promise<PartnerPrivateKey> {
  const pair = await generate('rsa', { modulusLength: partnerKeyBits, publicExponent: partnerKeyExponent })
  return describePrivateKey(pair.privateKey)
}
