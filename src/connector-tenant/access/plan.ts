import { findCondition } from '../../api/conditions.ts'
import type { ClickHouseConnection } from '../../api/clickhouse-connection.ts'
import type { ConnectorTenant } from '../../api/connector-tenant.ts'
import type { EndpointSight } from '../../tenancy/claim/endpoint.ts'
import type { AccessStep } from './steps.ts'

type Unreachable = Extract<EndpointSight, { readonly reachable: false }>
type Reachable = Extract<EndpointSight, { readonly reachable: true }>

/** What one endpoint of the tenant's ClickHouse has of this tenant's database. */
export type ObservedEndpoint =
  | Unreachable
  | (Reachable & {
      /** The reader may read the whole database. */
      readonly granted: boolean
      /** The reader may read anything of it by a grant of its own, which a REVOKE takes. */
      readonly readable: boolean
      /** The reader may read anything of it by a role, which no REVOKE of ours takes. */
      readonly byRole: boolean
    })

/** What a decision about the reader's access rests on. */
interface AccessObserved {
  readonly tenant: ConnectorTenant
  readonly connection: ClickHouseConnection | undefined
  readonly endpoints: readonly ObservedEndpoint[]
}

export interface AccessPlan {
  readonly wanted: 'Granted' | 'Withheld'
  /** The reader's access is as wanted on every endpoint that answers, before any step. */
  readonly holds: boolean
  /** Whether every endpoint was looked at. */
  readonly seesAll: boolean
  /** Access is withheld, and the database opens all the same, by what is not the operator's to take. */
  readonly remains: 'byRole' | 'byOthersGrants' | undefined
  readonly steps: readonly AccessStep[]
}

export function planAccess({ tenant, connection, endpoints }: AccessObserved): AccessPlan {
  const { access: wanted, database } = tenant.spec
  const answering = endpoints.filter(endpoint => endpoint.reachable)
  const wrong = answering
    .filter(({ granted, readable }) => (wanted === 'Granted' ? !granted : readable))
    .map(({ url }) => url)
  const byRole = wanted === 'Withheld' && answering.some(endpoint => endpoint.byRole)
  const { grants, user: reader } = connection?.spec.reader ?? { grants: 'External', user: '' }
  const kind = wanted === 'Granted' ? 'grantRead' : 'revokeRead'
  const steps: AccessStep[] =
    wrong.length > 0 && grants === 'Managed' ? [{ kind, database, urls: wrong, reader }] : []
  const seesAll = answering.length === endpoints.length
  const others = grants === 'External' ? 'byOthersGrants' : 'byRole'
  const isOpen = byRole || (grants === 'External' && wrong.length > 0) || (!seesAll && wasToldOpen(tenant))
  return {
    wanted,
    holds: wrong.length === 0 && !byRole,
    seesAll,
    remains: wanted === 'Withheld' && isOpen ? others : undefined,
    steps,
  }
}

/** What was open stays so until it is seen to be shut: the endpoint that showed it may be out of sight. */
function wasToldOpen({ status }: ConnectorTenant): boolean {
  return findCondition(status?.conditions, 'AccessGranted')?.reason === 'AccessRemains'
}
