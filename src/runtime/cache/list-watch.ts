import type { KubeObject } from '../../api/object.ts'

/** One page of a list. The last one has no `continueToken`. */
export interface ListPage<T> {
  readonly items: readonly T[]
  /** The version of the whole list, the same on each of its pages. */
  readonly resourceVersion: string
  readonly continueToken?: string
}

export type WatchEvent<T> =
  | { readonly type: 'added' | 'modified' | 'deleted'; readonly object: T }
  | { readonly type: 'bookmark'; readonly resourceVersion: string }

/**
 * All that the runtime knows of Kubernetes. `kube/` implements it over HTTP. What the reflector relies on:
 *
 * - Both methods throw a CodedError `gone` for a version or continue token that the server no longer has; also when the
 *   server says so in the middle of a watch (an ERROR event).
 * - `list` throws a CodedError `answerTooLarge` for a page that is too large. It is asked for again, half as long.
 * - A list is a *consistent* read (no `resourceVersion=0`): it is never older than what a watch has already
 *   delivered. Each page has a deadline of its own.
 * - A watch asks for bookmarks and delivers events in the server's order, of all that came after its version.
 * - Both methods end soon after their signal aborts, and leave no connection behind. They may then throw anything.
 * - A `deleted` object has the version of its deletion.
 */
export interface ListWatch<T extends KubeObject> {
  list(
    options: { readonly limit: number; readonly continueToken?: string },
    signal: AbortSignal,
  ): Promise<ListPage<T>>
  /** Ends without an error when the server ends the watch; throws on anything else. */
  watch(
    options: {
      readonly resourceVersion: string
      readonly timeoutSeconds: number
      /** Called when the server has taken the watch, before its first event. */
      readonly onOpen?: () => void
    },
    signal: AbortSignal,
  ): AsyncIterable<WatchEvent<T>>
}
