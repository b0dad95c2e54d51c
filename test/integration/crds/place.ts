import { afterAll, beforeAll } from 'vitest'
import { type ApiAnswer, type ApiProxy, startApiProxy } from '../../proxies/api-proxy.ts'
import { uniqueNamespace } from '../../cluster/cluster.ts'
import { applyCrds } from '../../cluster/deploy.ts'
import { type Kind, definitions, type Spec, smallest } from './cases.ts'

export const apiVersion = 'lenskeeper.dev/v1alpha1'

export interface Draft {
  readonly kind: Kind
  readonly metadata: { readonly name: string; readonly resourceVersion?: string }
  readonly spec: Spec
}

/** The smallest good object, but for `change`. */
export function draft(kind: Kind, change: Spec, name = 'case'): Draft {
  return { kind, metadata: { name }, spec: { ...smallest[kind], ...change } }
}

export interface Place {
  readonly namespace: string
  /** Answers to a path below the namespace's objects of that kind. */
  ask(method: 'POST' | 'PUT' | 'DELETE', kind: Kind, rest: string, body?: unknown): Promise<ApiAnswer>
  create(object: Draft, query?: string): Promise<ApiAnswer>
}

/** For a describe or a file: the CRDs, and a namespace of its own. */
export function usePlace(): Place {
  const cleanups: (() => Promise<void>)[] = []
  let api: ApiProxy | undefined
  let namespace = ''
  beforeAll(async () => {
    await applyCrds()
    namespace = await uniqueNamespace('crds', cleanup => cleanups.push(cleanup))
    api = await startApiProxy()
  })
  afterAll(async () => {
    await api?.close()
    for (const cleanup of cleanups) await cleanup()
  })
  const place: Place = {
    get namespace() {
      return namespace
    },
    ask(method, kind, rest, body) {
      if (api === undefined) throw new Error('asked before the hooks have run')
      return api.request(
        method,
        `/apis/${apiVersion}/namespaces/${namespace}/${definitions[kind].plural}${rest}`,
        body,
      )
    },
    create(object, query = 'dryRun=All&fieldValidation=Strict') {
      return place.ask('POST', object.kind, `?${query}`, { apiVersion, ...object })
    },
  }
  return place
}
