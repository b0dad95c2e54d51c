import type { KubeObject } from '../../src/api/object.ts'

export interface Thing extends KubeObject {
  readonly value?: string
}

interface ThingOptions {
  readonly uid?: string
  readonly namespace?: string
  readonly value?: string
}

/** An object with no more than the runtime looks at. */
export function aThing(name: string, version: number | string, options: ThingOptions = {}): Thing {
  const { uid = `uid-${name}`, namespace = 'ns', value } = options
  return {
    metadata: { name, namespace, uid, resourceVersion: String(version) },
    ...(value === undefined ? {} : { value }),
  }
}

/** `name@version` of each object, sorted: what a store holds, at a glance. */
export function glance(things: Iterable<Thing>): string[] {
  return [...things].map(({ metadata }) => `${metadata.name}@${metadata.resourceVersion}`).toSorted()
}
