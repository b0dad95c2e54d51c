/** Keys in OpenSSH's own format, far enough to say what they are. Source: PROTOCOL.key of OpenSSH, RFC 4253. */

/** Stands for the one line of a `.pub` file, which has no label. */
export const openSshPublicLabel = 'OPENSSH PUBLIC KEY'
export const openSshPrivateLabel = 'OPENSSH PRIVATE KEY'

/** Of the same key in the form of RFC 4716. */
export const ssh2PublicLabel = 'SSH2 PUBLIC KEY'
/** Stands for a file of PuTTY, which has no label. */
export const puttyLabel = 'PUTTY PRIVATE KEY'

export interface OpenSshKey {
  /** `ssh-rsa`, `ssh-ed25519`. Undefined if it cannot be read. */
  readonly type: string | undefined
  /** Of an RSA key. */
  readonly bits: number | undefined
}

/**
 * Prints a public key as PEM. `-m PEM` would print PKCS#1, which is good too; without `-e` both options make new keys.
 */
export const publicConversion = 'ssh-keygen -e -m PKCS8 -f key.pub prints it as PEM'

/** `-i` alone reads this form, and prints the other. */
export const ssh2Conversion =
  'ssh-keygen -i -f key.pub > ssh.pub && ssh-keygen -e -m PKCS8 -f ssh.pub prints it as PEM'

/** An RSA key becomes PKCS#1; `private-openssh-new` would give OpenSSH's own format. */
export const puttyConversion = 'puttygen key.ppk -O private-openssh -o key.pem turns it into PEM'

/** Without `-p`, `ssh-keygen -m PEM` makes a new key. An RSA key becomes PKCS#1. */
export const privateConversion = 'ssh-keygen -p -N "" -m PEM -f copy.pem turns a copy of the file into PEM'

/** What the public part says, which is in the clear also beside a private half with a passphrase. */
export function readOpenSsh(blob: Uint8Array): OpenSshKey {
  const bytes = Buffer.from(blob)
  const magic = Buffer.from('openssh-key-v1\0')
  const isPrivate = bytes.subarray(0, magic.length).equals(magic)
  // Cipher, key derivation and its options come first, then the number of keys.
  const before = isPrivate ? fieldsOf(bytes, magic.length, 3) : undefined
  const key = before === undefined ? bytes : fieldsOf(bytes, before.end + 4, 1).values[0]
  if (key === undefined) return { type: undefined, bits: undefined }
  const [type, , modulus] = fieldsOf(key, 0, 3).values
  const name = type?.toString('latin1')
  const known = name !== undefined && /^[a-z0-9@.-]{4,64}$/.test(name) ? name : undefined
  return { type: known, bits: known === 'ssh-rsa' && modulus !== undefined ? bitsOf(modulus) : undefined }
}

/** Fields with their length before them, as many as there are of those that were asked for. */
function fieldsOf(bytes: Buffer, from: number, count: number): { values: readonly Buffer[]; end: number } {
  const values: Buffer[] = []
  let at = from
  while (values.length < count && at + 4 <= bytes.length) {
    const end = at + 4 + bytes.readUInt32BE(at)
    if (end > bytes.length) break
    values.push(bytes.subarray(at + 4, end))
    at = end
  }
  return { values, end: at }
}

function bitsOf(number: Buffer): number {
  const hex = number.toString('hex').replace(/^(00)+/, '')
  return hex === '' ? 0 : hex.length * 4 - Math.clz32(Number.parseInt(hex.slice(0, 2), 16)) + 24
}
