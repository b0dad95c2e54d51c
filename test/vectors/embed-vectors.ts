/** Embed tokens made by an independent implementation (PyJWT). */
import { readFileSync } from 'node:fs'
import type { TokenFault } from '../../src/embed/inspect.ts'

export interface EmbedVectors {
  readonly key: {
    readonly privatePem: string
    readonly privatePkcs8Pem: string
    readonly publicPem: string
  }
  readonly valid: readonly {
    readonly name: string
    readonly token: string
    readonly claims: Readonly<Record<string, unknown>>
    /** Seconds since the epoch, here and below. */
    readonly at: number
  }[]
  readonly invalid: readonly {
    readonly name: string
    readonly token: string
    readonly error: TokenFault
    readonly at: number
  }[]
}

const file = new URL('embed-tokens.json', import.meta.url)

export const embedVectors = JSON.parse(readFileSync(file, 'utf8')) as EmbedVectors
