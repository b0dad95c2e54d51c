/** The part of Kubernetes' ObjectMeta that this project reads or writes. */
export interface ObjectMeta {
  readonly name: string
  readonly namespace?: string
  readonly uid?: string
  readonly resourceVersion?: string
  readonly generation?: number
  readonly creationTimestamp?: string
  readonly deletionTimestamp?: string
  readonly labels?: Readonly<Record<string, string>>
  readonly annotations?: Readonly<Record<string, string>>
  readonly ownerReferences?: readonly OwnerReference[]
  readonly finalizers?: readonly string[]
}

export interface OwnerReference {
  readonly apiVersion: string
  readonly kind: string
  readonly name: string
  readonly uid: string
  readonly controller?: boolean
  readonly blockOwnerDeletion?: boolean
}

export interface KubeObject {
  readonly apiVersion?: string
  readonly kind?: string
  readonly metadata: ObjectMeta
}

/** `namespace/name`, the only thing that a work queue ever holds. */
export type ObjectKey = string

export function keyOf(object: KubeObject): ObjectKey {
  return beside(object, object.metadata.name)
}

/** The key of another object in the same namespace. */
export function beside({ metadata }: KubeObject, name: string): ObjectKey {
  return `${metadata.namespace ?? ''}/${name}`
}

export function splitKey(key: ObjectKey): { readonly namespace: string; readonly name: string } {
  const at = key.indexOf('/')
  return { namespace: key.slice(0, at), name: key.slice(at + 1) }
}
