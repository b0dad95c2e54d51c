/** One tenant: a database, a grant, and a Secret with its token. */
import { connectorTenantReasons } from './reasons.ts'
import { connectorTenantConditions, connectorTenantStatus } from './status/connector-tenant.ts'
import { databaseName, namespaceName, resourceName, secretName } from './fields/fields.ts'
import { cel, immutable } from './definition/json-schema.ts'
import { defineResource, type Resource, readyColumns } from './definition/resource.ts'
import { boolean, defaulted, object, oneOf, optional, string, type TypeOf } from './definition/schema.ts'
import { secretAnnotations, secretLabels } from './fields/secret-metadata.ts'

const partnerKeyRef = object(
  'The PartnerKey whose keys make the token. It cannot be changed: delete the tenant and create it anew to move it.',
  {
    name: resourceName('Its name.'),
    namespace: optional(namespaceName('Its namespace; by default the tenant’s own.')),
  },
  {
    atomic: true,
    rules: [
      immutable('cannot be changed: delete this tenant and create it anew to move it to another PartnerKey'),
    ],
  },
)

const database = databaseName(
  'The ClickHouse database that this tenant, and only this tenant, owns: a letter or _, then up to 126 letters, digits and _ (ASCII). It cannot be changed, as tokens name it for ever.',
  [
    immutable(
      'cannot be changed, as tokens that were handed out name it: create another tenant for another database',
    ),
  ],
)

const secret = object('The Secret with the token, in the tenant’s own namespace.', {
  name: optional(
    secretName(
      'Its name; by default <name of the tenant>-datalens. When it changes, the same token moves along.',
    ),
  ),
  labels: optional(secretLabels),
  annotations: optional(secretAnnotations),
})

const spec = object(
  'What is wanted.',
  {
    partnerKeyRef,
    database,
    secret: optional(secret),
    access: defaulted(
      oneOf(
        'Granted: the token opens the database. Withheld: it opens nothing, and nothing is deleted, until it is Granted again.',
        ['Granted', 'Withheld'],
      ),
      'Granted',
    ),
    deletionPolicy: defaulted(
      oneOf(
        'What becomes of the data when the tenant is deleted. Access ends and the Secret goes in either case. Retain: they stay. Drop: the tables are removed once dropAfter of the connection has passed; needs confirmDrop here and allowDrop of the PartnerKey.',
        ['Retain', 'Drop'],
      ),
      'Retain',
    ),
    confirmDrop: optional(
      string('The name of the database once more, to confirm deletionPolicy: Drop.', { maxLength: 127 }),
    ),
    suspend: defaulted(boolean('true: nothing is reconciled and nothing changed for this tenant.'), false),
  },
  {
    rules: [
      cel(
        "self.deletionPolicy != 'Drop' || (has(self.confirmDrop) && self.confirmDrop == self.database)",
        'deletionPolicy: Drop loses data: confirm it by writing the name of the database here',
        { fieldPath: '.confirmDrop', reason: 'FieldValueRequired' },
      ),
    ],
  },
)

export type ConnectorTenantSpec = TypeOf<typeof spec>
export type ConnectorTenantStatus = TypeOf<typeof connectorTenantStatus>
export type ConnectorTenant = Resource<'ConnectorTenant', ConnectorTenantSpec, ConnectorTenantStatus>

export const connectorTenant = defineResource({
  kind: 'ConnectorTenant',
  plural: 'connectortenants',
  shortName: 'ctenant',
  noun: 'tenant',
  description:
    'One tenant of a DataLens connector: a ClickHouse database of its own, read access to it, and a Secret with the access token that the tenant pastes into DataLens.',
  conditions: connectorTenantConditions,
  reasons: connectorTenantReasons,
  spec,
  status: connectorTenantStatus,
  selectableFields: ['.spec.partnerKeyRef.name', '.spec.database'],
  columns: [
    { name: 'Database', type: 'string', jsonPath: '.spec.database', description: 'The tenant’s database.' },
    {
      name: 'Key',
      type: 'string',
      jsonPath: '.spec.partnerKeyRef.name',
      description: 'The PartnerKey’s name.',
    },
    {
      name: 'DL:PK',
      type: 'string',
      jsonPath: '.status.token.pair',
      description: 'Key versions of the token: DataLens’s, then the partner’s.',
    },
    ...readyColumns,
  ],
})

/**
 * The database that the tenant had, by its status. A status that names another database than the spec says nothing:
 * the spec's name never changes, so that status is of another object, say from a backup.
 */
export function knownDatabase({
  spec,
  status,
}: Pick<ConnectorTenant, 'spec' | 'status'>): ConnectorTenantStatus['database'] {
  return status?.database?.name === spec.database ? status.database : undefined
}
