/** What the endpoints show of one database. */
import type { EndpointView } from '../../../clickhouse/catalog/snapshot.ts'
import type { EndpointSight } from '../../../tenancy/claim/endpoint.ts'

export function sightsOf(database: string, endpoints: readonly EndpointView[]): readonly EndpointSight[] {
  return endpoints.map(view =>
    view.ok
      ? { url: view.url, reachable: true, database: view.data.databases.get(database) }
      : { url: view.url, reachable: false },
  )
}

/** The comment by endpoint, where the database is there. @param urls of which endpoints. Default: of all */
export function commentsOf(
  sights: readonly EndpointSight[],
  urls: readonly string[] = sights.map(({ url }) => url),
): ReadonlyMap<string, string> {
  const comments = new Map<string, string>()
  for (const sight of sights) {
    if (sight.reachable && sight.database !== undefined && urls.includes(sight.url)) {
      comments.set(sight.url, sight.database.comment)
    }
  }
  return comments
}
