import type { KeyObject } from 'node:crypto'
import type { ParamValue } from '../../embed/parameters.ts'
import type { Step } from './steps.ts'

/** Values of parameters by name, as they came. A map, so that `__proto__` is a name as any other. */
export type Values = ReadonlyMap<string, ParamValue>

export interface EmbeddingSecret {
  readonly embeddingSecretId: string
  readonly title: string
  readonly workbookId: string
  /** The half that DataLens keeps. */
  readonly publicKey: KeyObject
  readonly createdAt: string
}

/** Source: the embeds schema of datalens-ui. */
export interface Embed {
  readonly embedId: string
  readonly title: string
  readonly embeddingSecretId: string
  readonly entryId: string
  readonly depsIds: readonly string[]
  readonly unsignedParams: readonly string[]
  readonly privateParams: readonly string[]
  readonly publicParamsMode: boolean
  readonly settings: { readonly enableExport?: boolean | undefined }
  readonly createdAt: string
  readonly updatedAt: string
}

/** What a token that held says. */
export interface VerifiedToken {
  readonly embed: Embed
  /** Which entry was asked for: the embed's own, or one of its dependencies. */
  readonly entryId: string
  /** Signed parameters. */
  readonly params: Values
  /** Seconds since the epoch. */
  readonly exp: number
}

export interface Refusal {
  readonly status: number
  readonly body: Readonly<Record<string, unknown>>
}

export type Judgement =
  | { readonly ok: true; readonly token: VerifiedToken; readonly steps: readonly Step[] }
  | { readonly ok: false; readonly refusal: Refusal; readonly steps: readonly Step[] }
