/** What a report holds, with the caller’s rights: what may not be read is said, and the rest is there all the same. */
import { apiVersion } from '../../api/definition/resource.ts'
import { kinds } from '../../api/kinds.ts'
import { keyOf, type KubeObject, type ObjectKey } from '../../api/object.ts'
import { kubeconfigErrorOf } from '../../kube/access/kubeconfig-error.ts'
import { events } from '../../kube/objects/resources.ts'
import type { Cluster } from '../cluster/cluster.ts'
import { findingsAt } from '../server/check.ts'
import { scrub, scrubObject, scrubText } from './scrub.ts'

interface EventObject extends KubeObject {
  readonly regarding?: { readonly apiVersion?: string; readonly kind?: string; readonly name?: string }
  readonly type?: string
  readonly reason?: string
  readonly note?: string
  readonly series?: unknown
  readonly reportingInstance?: string
}

/** All namespaces, or one of them. */
export interface Where {
  readonly namespace?: string
}

/**
 * A part that cannot be had is the reason why, and no end of the report.
 *
 * @throws where the kubeconfig is of no use, as none can be had then
 */
export async function partOf(name: string, read: () => Promise<unknown>): Promise<unknown> {
  try {
    return await read()
  } catch (error) {
    if (kubeconfigErrorOf(error) !== undefined) throw error
    const why = error instanceof Error ? error.message : String(error)
    return `${name} cannot be had: ${scrubText(why)}`
  }
}

/** All objects of our kinds, by kind. */
export async function objectsOf(
  cluster: Cluster,
  where: Where,
  signal: AbortSignal,
): Promise<Readonly<Record<string, unknown>>> {
  const read = kinds.map(async definition => {
    const { plural } = definition
    const list = async (): Promise<unknown> =>
      (await cluster.client<KubeObject>(definition).list(where, signal)).map(scrubObject)
    return [plural, await partOf(plural, list)] as const
  })
  return Object.fromEntries(await Promise.all(read))
}

/** The Events about them. */
export async function eventsOf(cluster: Cluster, where: Where, signal: AbortSignal): Promise<unknown> {
  const found = await Promise.all(
    kinds.map(({ kind }) =>
      cluster.client<EventObject>(events).list({ ...where, fieldSelector: `regarding.kind=${kind}` }, signal),
    ),
  )
  return found
    .flat()
    .filter(({ regarding }) => regarding?.apiVersion === apiVersion)
    .map(eventOf)
}

function eventOf({
  regarding,
  metadata,
  type,
  reason,
  note,
  series,
  reportingInstance,
}: EventObject): unknown {
  const about = `${regarding?.kind} ${metadata.namespace ?? ''}/${regarding?.name ?? ''}`
  return scrub({ about, at: metadata.creationTimestamp, type, reason, note, series, reportingInstance })
}

/** What each ClickHouse says of the account and of the reader, as `lenskeeper check` asks. */
export async function serversOf(cluster: Cluster, where: Where, signal: AbortSignal): Promise<unknown> {
  const keys: readonly ObjectKey[] = (await cluster.connections.list(where, signal)).map(keyOf)
  const views: Record<string, unknown> = {}
  for (const key of keys)
    views[key] = await partOf(key, async () => scrub(await findingsAt(cluster, { key }, signal)))
  return views
}
