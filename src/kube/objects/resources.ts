import type { ConfigMap, Secret } from '../../api/core-objects.ts'
import type { KubeObject } from '../../api/object.ts'

/** Where objects of one type are in the API. The type parameter only ties a client to its objects. */
export interface ResourceType<T extends KubeObject = KubeObject> {
  /** `v1`, or `group/version`. */
  readonly apiVersion: string
  readonly kind: string
  readonly plural: string
  readonly namespaced: boolean
  /** Never present. */
  readonly example?: T
}

export const secrets: ResourceType<Secret> = {
  apiVersion: 'v1',
  kind: 'Secret',
  plural: 'secrets',
  namespaced: true,
}

export const configMaps: ResourceType<ConfigMap> = {
  apiVersion: 'v1',
  kind: 'ConfigMap',
  plural: 'configmaps',
  namespaced: true,
}

export const namespaces: ResourceType = {
  apiVersion: 'v1',
  kind: 'Namespace',
  plural: 'namespaces',
  namespaced: false,
}

export const events: ResourceType = {
  apiVersion: 'events.k8s.io/v1',
  kind: 'Event',
  plural: 'events',
  namespaced: true,
}

/** Path of a collection, or of one object in it. Without a namespace, of all namespaces. */
export function pathOf(
  type: ResourceType,
  at: { readonly namespace?: string | undefined; readonly name?: string },
): string {
  const root = type.apiVersion.includes('/') ? `/apis/${type.apiVersion}` : `/api/${type.apiVersion}`
  const inside = type.namespaced && at.namespace ? `/namespaces/${encodeURIComponent(at.namespace)}` : ''
  const object = at.name === undefined ? '' : `/${encodeURIComponent(at.name)}`
  return `${root}${inside}/${type.plural}${object}`
}
