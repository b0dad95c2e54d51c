/** Decodes lists and watch events. Anything else is an error, never an empty result. */
import type { KubeObject } from '../../api/object.ts'
import type { ListPage, WatchEvent } from '../../runtime/cache/list-watch.ts'
import { errorOfWatchEvent, KubeError } from '../errors.ts'
import type { ResourceType } from './resources.ts'

interface RawList {
  readonly items?: readonly KubeObject[] | null
  readonly metadata?: { readonly resourceVersion?: string; readonly continue?: string }
}

export function listPage<T extends KubeObject>(raw: unknown, type: ResourceType<T>): ListPage<T> {
  const list = raw as RawList
  const resourceVersion = list.metadata?.resourceVersion
  if (resourceVersion === undefined) throw malformed('a list without a resourceVersion')
  const { apiVersion, kind } = type
  const items = (list.items ?? []).map(item => Object.assign(item, { apiVersion, kind }) as unknown as T)
  const continueToken = list.metadata?.continue
  return { items, resourceVersion, ...(continueToken ? { continueToken } : {}) }
}

interface RawEvent {
  readonly type?: unknown
  readonly object?: unknown
}

/** @throws KubeError for an `ERROR` event, with code `gone` when the version is no longer kept */
export async function* watchEvents<T extends KubeObject>(
  lines: AsyncIterable<unknown>,
): AsyncGenerator<WatchEvent<T>, void, void> {
  for await (const line of lines) yield decodeEvent<T>(line as RawEvent)
}

function decodeEvent<T extends KubeObject>(raw: RawEvent): WatchEvent<T> {
  const object = raw.object as T
  switch (raw.type) {
    case 'ADDED':
      return { type: 'added', object }
    case 'MODIFIED':
      return { type: 'modified', object }
    case 'DELETED':
      return { type: 'deleted', object }
    case 'BOOKMARK':
      return { type: 'bookmark', resourceVersion: object.metadata.resourceVersion ?? '' }
    case 'ERROR':
      throw errorOfWatchEvent(raw.object)
    default:
      throw malformed('an event of a type that Kubernetes does not have')
  }
}

function malformed(what: string): KubeError {
  return new KubeError('unavailable', `the API server sent ${what}`, { retryable: true })
}
