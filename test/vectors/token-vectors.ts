import { readFileSync } from 'node:fs'

interface VectorKey {
  readonly privatePem: string
  readonly privatePkcs8Pem: string
  readonly publicPem: string
}

interface AccessTokenVectors {
  readonly dataLensKeys: Readonly<Record<string, VectorKey>>
  readonly partnerKeys: Readonly<Record<string, VectorKey>>
  readonly valid: readonly {
    readonly name: string
    readonly token: string
    readonly dbName: string
    readonly dataLensKeyVersion: string
    readonly partnerKeyVersion: string
  }[]
  readonly invalid: readonly { readonly name: string; readonly token: string; readonly error: string }[]
}

/** Tokens and keys made by an implementation in another language. */
export const accessTokenVectors = JSON.parse(
  readFileSync(new URL('./access-tokens.json', import.meta.url), 'utf8'),
) as AccessTokenVectors

/** The vectors' key of that side and version; fails when there is none. */
export function vectorKey(side: 'dataLensKeys' | 'partnerKeys', version: number): VectorKey {
  const key = accessTokenVectors[side][String(version)]
  if (!key) throw new Error(`no vector key ${side} ${version}`)
  return key
}
