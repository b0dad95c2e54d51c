import type { KubeObject } from './object.ts'

/** The parts of Kubernetes' own kinds that this project reads or writes. */
export interface Secret extends KubeObject {
  readonly type?: string
  readonly immutable?: boolean
  /** Base64 by key. */
  readonly data?: Readonly<Record<string, string>>
}

export interface ConfigMap extends KubeObject {
  readonly data?: Readonly<Record<string, string>>
}

export type Namespace = KubeObject

/** Base64 of each value's UTF-8 bytes, as `Secret.data` holds them. */
export function encodeData(values: Readonly<Record<string, string>>): Record<string, string> {
  return Object.fromEntries(
    Object.entries(values).map(([name, value]) => [name, Buffer.from(value, 'utf8').toString('base64')]),
  )
}

/** One value of a Secret as text, or undefined when the Secret does not have it. */
export function dataOf(secret: Secret, name: string): string | undefined {
  // Whoever names the value may name it `constructor`.
  const { data = {} } = secret
  const encoded = Object.hasOwn(data, name) ? data[name] : undefined
  return encoded === undefined ? undefined : Buffer.from(encoded, 'base64').toString('utf8')
}
