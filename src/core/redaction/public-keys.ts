/** Public keys, which people compare: they stay, if they are nothing else. Pure. */
import { createPublicKey } from 'node:crypto'

const block = /(-----BEGIN PUBLIC KEY-----[\w+/=\s\\]{1,8192}-----END PUBLIC KEY-----)/

/** The text in pieces, in order. */
export function aroundPublicKeys(
  text: string,
): readonly { readonly piece: string; readonly isPublicKey: boolean }[] {
  return text.split(block).map((piece, at) => ({ piece, isPublicKey: at % 2 === 1 && isPublicKey(piece) }))
}

/** Whether all that stands between the lines of its frame is a key: a private one would fit in there, too. */
function isPublicKey(pem: string): boolean {
  const text = pem.replaceAll(/\\r|\\n/g, '\n')
  try {
    const key = createPublicKey(text).export({ type: 'spki', format: 'pem' }).toString()
    return signsOf(key) === signsOf(text)
  } catch {
    return false
  }
}

function signsOf(pem: string): string {
  return pem.replaceAll(/\s/g, '')
}
