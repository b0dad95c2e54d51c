/** Finds endpoints that lead to one and the same server. Pure. */
import { ClickHouseError } from '../errors.ts'
import { hostOf } from '../endpoint/host.ts'
import type { EndpointView } from './snapshot.ts'

/**
 * All but the first endpoint of a server cannot be used: where a replica should be proved, nothing would be. Replicas
 * that were cloned with their file `uuid` have different names, and count as different.
 */
export function withoutTwins(views: readonly EndpointView[]): EndpointView[] {
  const first = new Map<string, string>()
  return views.map(view => {
    const server = view.ok ? view.data.server : undefined
    if (server === undefined) return view
    const key = JSON.stringify([server.uuid, server.name])
    const other = first.get(key)
    if (other === undefined) first.set(key, view.url)
    if (other === undefined) return view
    const { url, takenAt, servers } = view
    return { url, ok: false, error: sameServer(hostOf(url), hostOf(other)), takenAt, servers }
  })
}

function sameServer(host: string, other: string): ClickHouseError {
  return new ClickHouseError(
    'sameServer',
    `${host} leads to the same server as ${other}, so another replica may be left out. Write one address for each replica in spec.endpoints`,
  )
}
