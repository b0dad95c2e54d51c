/** The statements behind `status.plan` of a tenant that is only observed. Pure. */
import type { ClickHouseConnection } from '../../api/clickhouse-connection.ts'
import { knownDatabase, type ConnectorTenant } from '../../api/connector-tenant.ts'
import { hostOf } from '../../clickhouse/endpoint/host.ts'
import { commentDatabase, createDatabase, grantRead, revokeRead } from '../../clickhouse/statements.ts'
import { toldDeeds, type ToldDeed } from '../../connector-tenant/observing/told-steps.ts'
import { noUuid } from '../../tenancy/claim/endpoint.ts'
import { encodeMark, type OnDelete } from '../../tenancy/mark.ts'
import type { Readable } from '../cluster/cluster.ts'

/** Stands where a value is the operator's to know: its installation id, the uuid of a database that is still to be made. */
const unknownHere = '…'
const someInstallation = 'INSTALLATION'

/** Of the plan's steps as the status tells them; nothing for a caller who may not read the connection. */
export function statementsFor({
  tenant,
  connection,
}: {
  readonly tenant: ConnectorTenant
  readonly connection: Readable<ClickHouseConnection>
}): (planned: string) => string | undefined {
  if (connection === undefined || connection === 'forbidden') return () => undefined
  const where = connection.spec.endpoints.map(hostOf).join(', ')
  const deeds = new Map(Object.entries(toldDeeds).map(([deed, told]) => [told, deed as ToldDeed]))
  return planned => {
    const deed = deeds.get(planned)
    return deed && `on ${where}, where it is needed: ${statementFor(deed, tenant, connection)}`
  }
}

function statementFor(deed: ToldDeed, tenant: ConnectorTenant, connection: ClickHouseConnection): string {
  const { database: name, deletionPolicy } = tenant.spec
  const reader = connection.spec.reader.user
  switch (deed) {
    case 'create': {
      const comment = markOf(tenant, deletionPolicy)
      return shown(createDatabase({ name, uuid: knownDatabase(tenant)?.uuid ?? noUuid, comment }).sql)
    }
    case 'mark':
    case 'updateMark':
      return shown(commentDatabase(name, markOf(tenant, deletionPolicy)).sql)
    case 'withdrawDrop':
      return shown(commentDatabase(name, markOf(tenant, 'Retain')).sql)
    case 'grantRead':
      return grantRead([name], reader).sql
    case 'revokeRead':
      return revokeRead([name], reader).sql
    default:
      return deed satisfies never
  }
}

function markOf({ metadata }: ConnectorTenant, onDelete: OnDelete): string {
  const { namespace = '', name } = metadata
  return encodeMark({ installation: someInstallation, namespace, name, state: 'owned', onDelete })
}

function shown(sql: string): string {
  return sql
    .replace(`installation=${someInstallation}`, `installation=${unknownHere}`)
    .replace(noUuid, unknownHere)
}
