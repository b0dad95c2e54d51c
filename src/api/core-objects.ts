import { textOfKey } from '../embed/keys/tidy-text.ts'
import type { KubeObject, ObjectKey } from './object.ts'

/** The parts of Kubernetes' own kinds that this project reads or writes. */
export interface Secret extends KubeObject {
  readonly type?: string
  readonly immutable?: boolean
  /** Base64 by key. */
  readonly data?: Readonly<Record<string, string>>
  /** Not of Kubernetes: the cache does not keep all of it, as it is very large. It must not be written back. */
  readonly trimmed?: true
}

export interface ConfigMap extends KubeObject {
  readonly data?: Readonly<Record<string, string>>
  /** As of a Secret. */
  readonly trimmed?: true
}

export type Namespace = KubeObject

/** The namespace's labels; undefined when it is not known. */
export function labelsOfNamespace(
  name: string,
  namespaces: { get(key: ObjectKey): Namespace | undefined } | undefined,
): Readonly<Record<string, string>> | undefined {
  const found = namespaces?.get(`/${name}`)
  return found === undefined ? undefined : (found.metadata.labels ?? {})
}

/** Base64 of each value's UTF-8 bytes, as `Secret.data` holds them. */
export function encodeData(values: Readonly<Record<string, string>>): Record<string, string> {
  return Object.fromEntries(
    Object.entries(values).map(([name, value]) => [name, Buffer.from(value, 'utf8').toString('base64')]),
  )
}

/** One value of a Secret as text, or undefined when the Secret does not have it. */
export function dataOf(secret: Secret, name: string): string | undefined {
  return bytesOf(secret, name)?.toString('utf8')
}

/** One value of a Secret that is to hold a key or a certificate. DER, which is no text, is given as its base64. */
export function keyTextOf(secret: Secret, name: string): string | undefined {
  const bytes = bytesOf(secret, name)
  return bytes === undefined ? undefined : textOfKey(bytes)
}

/** Follows words that say what a Secret lacks: of a large one only a part is kept, and it may be in the rest. */
export function orNotRead({ trimmed }: Secret): string {
  if (trimmed !== true) return ''
  return ', or it is not read: the Secret is very large, so only its smallest values are. Use one that holds little else'
}

function bytesOf(secret: Secret, name: string): Buffer | undefined {
  // Whoever names the value may name it `constructor`.
  const { data = {} } = secret
  const encoded = Object.hasOwn(data, name) ? data[name] : undefined
  return encoded === undefined ? undefined : Buffer.from(encoded, 'base64')
}
