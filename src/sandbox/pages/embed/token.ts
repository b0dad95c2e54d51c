/** What a page may know of its token: it verifies nothing, and decides nothing by it but what to ask for again. Pure. */

import { platformOf, type Platform } from '../../../embed/platform.ts'

interface Claims {
  readonly exp?: unknown
  readonly dlEmbedService?: unknown
  readonly params?: unknown
}

/** Whether its time is over. One that cannot be read has none. */
export function isExpired(token: string, now: number): boolean {
  const { exp } = claimsOf(token)
  return typeof exp === 'number' && exp * 1000 <= now
}

/** For which platform it says it was signed; undefined where it says none that is known. */
export function signedFor(token: string): Platform | undefined {
  return platformOf(claimsOf(token).dlEmbedService)
}

/** Whether charts look other than before: only then is it worth asking for them. */
export function sameSignedParams(one: string, other: string): boolean {
  return canonical(claimsOf(one).params) === canonical(claimsOf(other).params)
}

function claimsOf(token: string): Claims {
  try {
    const part = (token.split('.')[1] ?? '').replaceAll('-', '+').replaceAll('_', '/')
    const bytes = Uint8Array.from(atob(part), character => character.codePointAt(0) ?? 0)
    return (JSON.parse(new TextDecoder().decode(bytes)) ?? {}) as Claims
  } catch {
    return {}
  }
}

function canonical(params: unknown): string {
  const entries = Object.entries(params ?? {}).sort(([a], [b]) => (a < b ? -1 : 1))
  return JSON.stringify(entries)
}
