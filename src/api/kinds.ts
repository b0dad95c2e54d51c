/** The one list of our kinds. A new kind is one entry. */
import { clickHouseConnection } from './clickhouse-connection.ts'
import { connectorTenant } from './connector-tenant.ts'
import { group, type ResourceDefinition } from './definition/resource.ts'
import { partnerKey } from './partner-key.ts'
import { secureEmbed } from './secure-embed.ts'

/** In the order in which people meet them. */
export const kinds = [
  clickHouseConnection,
  partnerKey,
  connectorTenant,
  secureEmbed,
] as const satisfies readonly ResourceDefinition[]

/** The names of their CustomResourceDefinitions. */
export const crdNames: readonly string[] = kinds.map(({ plural }) => `${plural}.${group}`)
