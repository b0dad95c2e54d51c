/** Every version that the objects of the table ever had, for what kstatus says of each. */
import { isTrue, type Condition } from '../../../src/api/conditions.ts'
import { keyOf, type KubeObject } from '../../../src/api/object.ts'
import type { World } from '../../cluster/world.ts'
import { follow, type ObjectEvent } from '../../watchers/follow.ts'
import type { KstatusVerdict } from '../../watchers/kstatus.ts'
import type { Judged, Kind } from './kind.ts'

export class Versions {
  readonly seen: Judged[] = []
  readonly #latest = new Map<string, Judged>()
  readonly #stop = new AbortController()
  readonly #followed: Promise<unknown>[] = []

  static async start({ connections, partnerKeys, tenants, embeds }: World): Promise<Versions> {
    const versions = new Versions()
    const onGap = (): never => {
      throw new Error('versions were missed')
    }
    for (const client of [connections, partnerKeys, tenants, embeds]) {
      const note = (event: ObjectEvent<KubeObject>): void => versions.#note(event)
      const { ended } = await follow<KubeObject>(client.listWatch(), { note, onGap }, versions.#stop.signal)
      versions.#followed.push(ended)
    }
    return versions
  }

  /** The object as it was seen last; undefined before it comes and after it went. @param key `namespace/name` */
  latest(kind: Kind, key: string): Judged | undefined {
    return this.#latest.get(`${kind} ${key}`)
  }

  #note({ type, object }: ObjectEvent<KubeObject>): void {
    this.seen.push(object)
    const name = `${object.kind} ${keyOf(object)}`
    if (type === 'deleted') this.#latest.delete(name)
    else this.#latest.set(name, object)
  }

  async stop(): Promise<void> {
    this.#stop.abort()
    await Promise.all(this.#followed)
  }
}

/** What a tool that waits by kstatus would be told wrongly. @param failing reasons that only another spec helps against */
export function misjudged(
  object: Judged | undefined,
  { status: verdict }: KstatusVerdict,
  failing: ReadonlySet<string>,
): string | undefined {
  if (object === undefined) return undefined
  const { metadata, status } = object
  const conditions: readonly Condition[] = status?.conditions ?? []
  const isCurrent =
    isTrue(conditions, 'Ready') &&
    conditions.every(({ observedGeneration }) => observedGeneration === metadata.generation)
  const said = conditions.map(({ type, status: answer, reason }) => `${type} ${answer} ${reason}`).join(', ')
  const about = `${metadata.namespace}/${metadata.name}, generation ${metadata.generation} (${said})`
  if (verdict === 'Current' && !isCurrent) return `Current before it is: ${about}`
  const stalled = conditions.find(({ type }) => type === 'Stalled')?.reason ?? 'nothing'
  if (verdict === 'Failed' && !failing.has(stalled)) return `Failed over ${stalled}: ${about}`
  if (metadata.deletionTimestamp !== undefined && verdict !== 'Terminating')
    return `${verdict} while it is being deleted: ${about}`
  return undefined
}
