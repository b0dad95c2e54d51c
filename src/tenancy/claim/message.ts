/**
 * What a tenant's author is told of a claim. These texts name only the tenant's own database and object. Who else has a
 * name, where and since when, is only in the platform team's log.
 */
import type { RefusalReason, TenantName } from './endpoint.ts'

/** What of it a tenant's author has done already, so that nobody is told to do it. */
export interface AlreadyDone {
  /** The database is assigned to this tenant. */
  readonly assigned: boolean
  /** `lenskeeper.dev/recreate` is set, and names something else. */
  readonly recreatesOther: boolean
}

export function refusalMessage(
  reason: RefusalReason,
  { database, self }: { readonly database: string; readonly self: TenantName },
  { assigned, recreatesOther }: AlreadyDone,
): string {
  const assignment = `{database: ${database}, namespace: ${self.namespace}, name: ${self.name}}`
  switch (reason) {
    case 'DatabaseOwnedElsewhere':
      if (assigned)
        return `Database "${database}" is assigned to this tenant, and goes to it once its present owner is deleted. Nothing else is needed.`
      return (
        `Database "${database}" is not this tenant’s. Choose another name in a new tenant, or ask whoever runs ` +
        `the PartnerKey: once nobody else uses it, they can assign it under tenants.assignments with ${assignment}.`
      )
    case 'DatabaseUnmarked':
      return (
        `Database "${database}" exists and was not made for this tenant. Choose another name in a new tenant, or ` +
        `ask whoever runs the PartnerKey to hand it over under tenants.assignments with ${assignment}.`
      )
    case 'NameRetired':
      return (
        `The name "${database}" belonged to a tenant that is gone, and tokens or connections with it may be ` +
        'left. Choose another name in a new tenant, or ask whoever runs the PartnerKey to free it under ' +
        `tenants.assignments with ${assignment}.`
      )
    case 'DatabaseLost':
      return (
        `Database "${database}" was there and is gone from every endpoint. Have it restored from a backup, or ` +
        `accept an empty one with the annotation lenskeeper.dev/recreate: "${database}".` +
        (recreatesOther ? ' The annotation is there and names something else, so it does not count.' : '')
      )
    default:
      return reason satisfies never
  }
}

export function waitMessage(why: 'olderRival' | 'unreachable', database: string): string {
  return why === 'olderRival'
    ? `Another tenant asked for database "${database}" before. Choose another name in a new tenant, or ask whoever runs the PartnerKey.`
    : `Some endpoints of ClickHouse cannot be used, and all of them are needed to prove that database "${database}" is this tenant’s. It goes on once they can be; the platform team sees why they cannot, on the connection.`
}
