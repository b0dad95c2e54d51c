import { fieldManager } from '../../api/labels.ts'
import { keyOf, splitKey, type ObjectKey, type KubeObject } from '../../api/object.ts'
import type { ListPage, ListWatch } from '../../runtime/cache/list-watch.ts'
import type { Call } from '../call/call.ts'
import { isKubeError, isObjectMissing } from '../errors.ts'
import type { Operation } from './json-patch.ts'
import { mergePatchOf } from './merge-patch.ts'
import { pathOf, type ResourceType } from './resources.ts'
import type { Transport } from '../call/transport.ts'
import { listPage, watchEvents } from './watch.ts'

/** Which objects a list or watch is about. */
export interface Selection {
  /** Absent: all namespaces. */
  readonly namespace?: string
  readonly labelSelector?: string
  readonly fieldSelector?: string
}

/** The object, or its version, that was seen. The server refuses to write to another. */
export interface Preconditions {
  readonly uid?: string
  readonly resourceVersion?: string
}

/**
 * Objects of one type at the API server. Writes are made under the name of a field manager, by default `lenskeeper`,
 * and give the object as the server then has it. All methods throw KubeError, or the signal's reason after an abort.
 */
export class ResourceClient<T extends KubeObject> {
  readonly #transport: Transport
  readonly #type: ResourceType<T>
  readonly #fieldManager: string

  constructor(transport: Transport, type: ResourceType<T>, manager = fieldManager) {
    this.#transport = transport
    this.#type = type
    this.#fieldManager = manager
  }

  /** Undefined when the object does not exist. Throws when its type or its namespace does not. */
  async get(key: ObjectKey, signal: AbortSignal): Promise<T | undefined> {
    try {
      return await this.#transport.request<T>(this.#call('GET', 'get', key), signal)
    } catch (error) {
      if (isObjectMissing(error, splitKey(key).name, this.#type.plural)) return undefined
      throw error
    }
  }

  /** For the runtime's reflector. Objects come with apiVersion and kind, which lists leave out. */
  listWatch(selection: Selection = {}): ListWatch<T> {
    const { namespace, ...selectors } = selection
    const base = {
      method: 'GET',
      path: pathOf(this.#type, { namespace }),
      resource: this.#type.plural,
    } as const
    return {
      list: async ({ limit, continueToken }, signal): Promise<ListPage<T>> => {
        const query = {
          ...selectors,
          limit: String(limit),
          ...(continueToken ? { continue: continueToken } : {}),
        }
        // A single object has to be taken, however large it is.
        const most = limit === 1 ? {} : { mostBytes: mostOfPage }
        const call = { ...base, verb: 'list', query, deadlineMs: listDeadlineMs, ...most }
        return listPage(await this.#transport.request<unknown>(call, signal), this.#type)
      },
      watch: ({ resourceVersion, timeoutSeconds, onOpen }, signal) => {
        const query = {
          ...selectors,
          watch: 'true',
          allowWatchBookmarks: 'true',
          resourceVersion,
          timeoutSeconds: String(timeoutSeconds),
        }
        return watchEvents<T>(this.#transport.stream({ ...base, verb: 'watch', query }, signal, onOpen))
      },
    }
  }

  /** All objects of a selection, in pages of at most 500. */
  async list(selection: Selection, signal: AbortSignal): Promise<T[]> {
    const source = this.listWatch(selection)
    const items: T[] = []
    let more: { readonly continueToken?: string } = {}
    for (let limit = 500; ; ) {
      const page = await source.list({ limit, ...more }, signal).catch((error: unknown) => {
        if (limit === 1 || !isKubeError(error, 'answerTooLarge')) throw error
        limit = Math.floor(limit / 2)
      })
      if (page === undefined) continue
      items.push(...page.items)
      if (page.continueToken === undefined) return items
      more = { continueToken: page.continueToken }
    }
  }

  create(object: T, signal: AbortSignal): Promise<T> {
    const { namespace } = object.metadata
    const path = pathOf(this.#type, { namespace })
    return this.#write({ method: 'POST', path, verb: 'create', body: this.#typed(object) }, {}, signal)
  }

  /** Give `metadata.resourceVersion`: only then the server refuses to overwrite anything newer. */
  replace(object: T, signal: AbortSignal): Promise<T> {
    const key = keyOf(object)
    return this.#write({ ...this.#call('PUT', 'update', key), body: this.#typed(object) }, {}, signal)
  }

  /** RFC 7396. A `metadata.uid` or `metadata.resourceVersion` in it makes another object a conflict. */
  mergePatch(key: ObjectKey, patch: unknown, signal: AbortSignal): Promise<T> {
    return this.#write({ ...this.#call('PATCH', 'patch', key), ...mergePatchOf(patch) }, {}, signal)
  }

  /** As `mergePatch`, of the status; a uid in it is ignored. */
  mergePatchStatus(key: ObjectKey, patch: unknown, signal: AbortSignal): Promise<T> {
    const call = this.#call('PATCH', 'patch', key)
    return this.#write({ ...call, path: `${call.path}/status`, ...mergePatchOf(patch) }, {}, signal)
  }

  /** RFC 6902. An operation that fails, also a `test`, is `invalid`. */
  patchStatus(key: ObjectKey, operations: readonly Operation[], signal: AbortSignal): Promise<T> {
    const call = this.#call('PATCH', 'patch', key)
    const patch = { body: operations, contentType: 'application/json-patch+json' }
    return this.#write({ ...call, path: `${call.path}/status`, ...patch }, {}, signal)
  }

  /**
   * Server-side apply: sets the fields that `object` names, and drops those that this manager applied earlier and does
   * not name now. Fields that it made by `create` or a patch stay. Creates the object, unless its metadata has `uid` or
   * `resourceVersion`.
   *
   * @param options.force takes fields over from other managers, otherwise they are a conflict. Default true
   */
  apply(object: T, options: ApplyOptions, signal: AbortSignal): Promise<T> {
    const key = keyOf(object)
    const call = {
      ...this.#call('PATCH', 'apply', key),
      body: this.#typed(object),
      contentType: 'application/apply-patch+yaml',
    }
    const manager = options.fieldManager === undefined ? {} : { fieldManager: options.fieldManager }
    return this.#write(call, { force: String(options.force ?? true), ...manager }, signal)
  }

  /** True when the deletion was accepted, false when the object did not exist. Another version is a conflict. */
  async delete(key: ObjectKey, preconditions: Preconditions, signal: AbortSignal): Promise<boolean> {
    const body = { kind: 'DeleteOptions', apiVersion: 'v1', preconditions, propagationPolicy: 'Background' }
    try {
      await this.#transport.request<unknown>({ ...this.#call('DELETE', 'delete', key), body }, signal)
      return true
    } catch (error) {
      if (isObjectMissing(error, splitKey(key).name, this.#type.plural)) return false
      throw error
    }
  }

  #call(method: Call['method'], verb: string, key: ObjectKey): Call {
    return { method, verb, path: pathOf(this.#type, splitKey(key)), resource: this.#type.plural }
  }

  #write(call: Call, query: Readonly<Record<string, string>>, signal: AbortSignal): Promise<T> {
    const named = {
      ...call,
      resource: this.#type.plural,
      query: { fieldManager: this.#fieldManager, ...query },
    }
    return this.#transport.request<T>(named, signal)
  }

  #typed(object: T): T {
    return { ...object, apiVersion: this.#type.apiVersion, kind: this.#type.kind }
  }
}

export interface ApplyOptions {
  readonly force?: boolean
  /** Default `lenskeeper`. */
  readonly fieldManager?: string
}

/** In bytes. Several caches take lists at once, and a page takes several times that until it is through. */
const mostOfPage = 4 * 1024 * 1024
/** A page of 500 large objects from a busy server takes a while. */
const listDeadlineMs = 60_000
