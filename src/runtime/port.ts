import type { KubeObject } from '../api/object.ts'

/** One page of a list. `continueToken` is absent on the last one. */
export interface ListPage<T> {
  readonly items: readonly T[]
  readonly resourceVersion: string
  readonly continueToken?: string
}

export type WatchEvent<T> =
  | { readonly type: 'added' | 'modified' | 'deleted'; readonly object: T }
  | { readonly type: 'bookmark'; readonly resourceVersion: string }

/**
 * All that the runtime knows of Kubernetes. `kube/` implements it over HTTP. A version that the server no
 * longer has is thrown as a CodedError with code `gone`, by either method.
 */
export interface ListWatch<T extends KubeObject> {
  list(
    options: { readonly limit: number; readonly continueToken?: string },
    signal: AbortSignal,
  ): Promise<ListPage<T>>
  /** Ends without an error when the server ends the watch; throws on anything else. */
  watch(
    options: { readonly resourceVersion: string; readonly timeoutSeconds: number },
    signal: AbortSignal,
  ): AsyncIterable<WatchEvent<T>>
}
