/** RFC 8017, 7.2.1: 00 02, at least eight random bytes that are not zero, 00, the message. */
const fewestPaddingBytes = 8

/**
 * Takes the message out of a decrypted RSAES-PKCS1-v1_5 block, strictly.
 *
 * It is not constant-time. Nobody can use it as an oracle, since callers first verify a signature over the ciphertext.
 *
 * @returns undefined when the block has other padding
 */
export function unpadPkcs1(block: Uint8Array): Uint8Array | undefined {
  if (block[0] !== 0 || block[1] !== 2) return undefined
  const end = block.indexOf(0, 2)
  return end - 2 < fewestPaddingBytes ? undefined : block.subarray(end + 1)
}
