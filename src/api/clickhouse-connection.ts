/** One ClickHouse: all its replicas, the operator's account there, and the user that DataLens reads with. */
import { clickHouseConnectionReasons } from './reasons.ts'
import { clickHouseConnectionConditions, clickHouseConnectionStatus } from './status/clickhouse-connection.ts'
import { endpoints, hostPattern, httpOnRequest } from './fields/endpoints.ts'
import { dataKey, duration, secretName } from './fields/fields.ts'
import { reader } from './fields/reader.ts'
import { formed } from './definition/json-schema.ts'
import { defineResource, type Resource, readyColumns } from './definition/resource.ts'
import {
  array,
  boolean,
  defaulted,
  integer,
  object,
  optional,
  string,
  type TypeOf,
} from './definition/schema.ts'

const credentialsSecretRef = object(
  'The operator’s account: a Secret of this namespace with the keys username and password. It is watched; a changed password is used at once.',
  { name: secretName('The Secret’s name.') },
  { atomic: true },
)

const tls = object(
  'How the server’s certificate is checked. Without it, the system’s certificate authorities count.',
  {
    caSecretRef: object(
      'A Secret of this namespace that holds the certificate authority to trust, as PEM.',
      {
        name: secretName('The Secret’s name.'),
        key: defaulted(dataKey('The key in it.'), 'ca.crt'),
      },
      { atomic: true },
    ),
  },
)

const handover = object(
  'What DataLens is told about how to reach the server, where that differs from endpoints.',
  {
    hosts: optional(
      array(
        'Public host names, one a replica, without scheme or port. By default those of endpoints.',
        string('A host name or address.', {
          minLength: 1,
          maxLength: 253,
          rules: [
            formed(
              `^${hostPattern}$`,
              'must be a host name or an address alone, such as ch1.acme.example: no scheme, no port and no path',
            ),
          ],
        }),
        { listType: 'set', minItems: 1, maxItems: 16 },
      ),
    ),
    port: optional(
      integer('The port of the HTTP interface, 1 to 65535. By default that of endpoints.', {
        minimum: 1,
        maximum: 65_535,
      }),
    ),
  },
)

const sweep = object('When departed tenants that nobody saw leave lose their access.', {
  grace: defaulted(
    duration('How long a tenant must be gone, as seen by the sync, before its access is revoked.', {
      minimum: '0s',
      maximum: '168h',
    }),
    '10m',
  ),
  limit: defaulted(
    integer(
      'How many tenants of a namespace may go within 10 minutes (or 5 % of all, if that is more), and how many may have their tables dropped, before they wait for a confirmation. If as many go even without the namespace that loses most, all wait. 0 to 100000.',
      { minimum: 0, maximum: 100_000 },
    ),
    5,
  ),
})

const spec = object(
  'What is wanted.',
  {
    endpoints,
    allowHTTP: defaulted(
      boolean(
        'Whether endpoints may be http://, which sends the password and all data in the clear. Not needed for addresses of the operator’s own machine (localhost, 127.0.0.1, [::1]).',
      ),
      false,
    ),
    credentialsSecretRef,
    tls: optional(tls),
    reader: defaulted(reader, {}),
    handover: optional(handover),
    syncInterval: defaulted(
      duration('How often the server’s databases and grants are compared with what they should be.', {
        minimum: '10s',
        maximum: '24h',
      }),
      '1m',
    ),
    sweep: defaulted(sweep, {}),
    dropAfter: defaulted(
      duration(
        'How long the tables of a departed tenant with deletionPolicy Drop are kept. Until then it can come back. The mark fixes the time as the tenant leaves: a shorter one holds for later departures, a longer one for all.',
        {
          minimum: '0s',
          maximum: '8760h',
        },
      ),
      '168h',
    ),
    inheritFrom: defaulted(
      array(
        'Installation ids of former clusters whose marks on databases count as ours, after a move to a new cluster.',
        string('An installation id: by default the uid of the namespace kube-system there.', {
          minLength: 1,
          maxLength: 63,
          rules: [
            formed(
              '^[A-Za-z0-9]([-A-Za-z0-9_.]*[A-Za-z0-9])?$',
              'must be an installation’s id: letters, digits, -, _ and ., with a letter or digit at both ends, by default the uid of the namespace kube-system there',
            ),
          ],
        }),
        { listType: 'set', maxItems: 32 },
      ),
      [],
    ),
    suspend: defaulted(
      boolean(
        'true: no statement that changes anything is sent, for example while a backup is being restored.',
      ),
      false,
    ),
  },
  {
    rules: [httpOnRequest],
  },
)

export type ClickHouseConnectionSpec = TypeOf<typeof spec>
export type ClickHouseConnectionStatus = TypeOf<typeof clickHouseConnectionStatus>
export type ClickHouseConnection = Resource<
  'ClickHouseConnection',
  ClickHouseConnectionSpec,
  ClickHouseConnectionStatus
>

export const clickHouseConnection = defineResource({
  kind: 'ClickHouseConnection',
  plural: 'clickhouseconnections',
  shortName: 'chconn',
  noun: 'connection',
  description:
    'One ClickHouse with all its replicas, the operator’s account there, and the user that DataLens reads with. Written by the platform team, in the namespace of its PartnerKeys.',
  conditions: clickHouseConnectionConditions,
  reasons: clickHouseConnectionReasons,
  spec,
  status: clickHouseConnectionStatus,
  columns: [
    {
      name: 'Endpoints',
      type: 'string',
      jsonPath: '.status.reachableEndpoints',
      description: 'Endpoints that can be worked with, of all.',
    },
    {
      name: 'Verified',
      type: 'string',
      jsonPath: '.status.conditions[?(@.type=="ReaderVerified")].reason',
      description: 'What logging in as the reader has shown.',
    },
    {
      name: 'Sweep',
      type: 'string',
      jsonPath: '.status.conditions[?(@.type=="SweepHeld")].reason',
      description: 'Whether departures wait for a person.',
    },
    {
      name: 'Statements',
      type: 'string',
      jsonPath: '.status.conditions[?(@.type=="StatementsRefused")].reason',
      description: 'Whether ClickHouse refuses what tenants wait for.',
    },
    ...readyColumns,
    {
      name: 'Version',
      type: 'string',
      jsonPath: '.status.serverVersion',
      description: 'Version of ClickHouse.',
      priority: 1,
    },
    {
      name: 'Reader',
      type: 'string',
      jsonPath: '.status.reader.user',
      description: 'The user DataLens logs in as.',
      priority: 1,
    },
    {
      name: 'Databases',
      type: 'integer',
      jsonPath: '.status.databaseCount',
      description: 'Databases that are marked as tenants’.',
      priority: 1,
    },
    {
      name: 'Orphans',
      type: 'integer',
      jsonPath: '.status.orphans.databases',
      description: 'Marked databases whose tenant is gone.',
      priority: 1,
    },
  ],
})
