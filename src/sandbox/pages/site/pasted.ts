/** Judges a pasted text before it is sent: only to give advice, as the answer is DataLens's. Pure. */

export type Advice =
  | { readonly type: 'parts'; readonly parts: number }
  | { readonly type: 'cut'; readonly part: 'ciphertext' | 'signature' }
  | { readonly type: 'embed' }
  | { readonly type: 'several' }

/** Spaces and line ends come along from a terminal; they mean nothing wherever they stand. */
export function tidy(text: string): string {
  return text.replaceAll(/[\s\u200B\uFEFF]+/g, '')
}

/** @param token tidied. @returns undefined where it looks whole, or is empty */
export function adviceFor(token: string): Advice | undefined {
  if (token === '') return undefined
  if (/^eyJ[\w-]*\.[\w-]*\.[\w-]*$/.test(token)) return { type: 'embed' }
  const parts = token.split(':')
  if (parts.length > 4) return { type: 'several' }
  if (parts.length < 4) return { type: 'parts', parts: parts.length }
  const [, , ciphertext = '', signature = ''] = parts
  if (!isWhole(ciphertext)) return { type: 'cut', part: 'ciphertext' }
  // A partner's key may have another size than DataLens's.
  if (!isWhole(signature)) return { type: 'cut', part: 'signature' }
  return undefined
}

/** RSA gives 256 bytes or more, which base64 writes in groups of four. */
function isWhole(base64: string): boolean {
  return base64.length >= 344 && base64.length % 4 === 0
}
