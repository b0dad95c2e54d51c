import { conditionsSchema, progressTypes } from '../conditions.ts'
import type { ConditionType } from '../definition/condition-type.ts'
import type { ClickHouseConnectionReason } from '../reasons.ts'
import {
  array,
  boolean,
  integer,
  object,
  oneOf,
  optional,
  string,
  timestamp,
  type TypeOf,
} from '../definition/schema.ts'

export const clickHouseConnectionConditions = {
  Ready: { meaning: 'whether tenants can be served.', good: 'True' },
  Reachable: {
    meaning: 'whether every endpoint answers, lets the operator in, and gives it what it needs.',
    good: 'True',
  },
  ReaderVerified: {
    meaning:
      'whether the reader was logged in as: readonly is 2, a granted database opens, one that is not granted does not.',
    good: 'True',
  },
  SweepHeld: {
    meaning: 'whether more tenants are gone than may lose access, or their tables, without a confirmation.',
    good: 'False',
  },
  StatementsRefused: {
    meaning: 'whether tenants wait for statements that ClickHouse refuses.',
    good: 'False',
  },
  ...progressTypes,
} as const satisfies Readonly<Record<string, ConditionType>>

export type ClickHouseConnectionConditionType = keyof typeof clickHouseConnectionConditions

const endpoint = object('What was found on one replica.', {
  url: string('As in spec.endpoints.'),
  reachable: boolean(
    'Whether it answered and let the operator in when last asked, as one server of a supported release.',
  ),
  databases: optional(integer('Databases on it that are marked as tenants’ of this installation.')),
  grants: optional(integer('Databases on it that the reader may read.')),
  server: optional(
    string('serverUUID() of the server that the endpoint stands for; absent while that is open.'),
  ),
  otherServers: optional(
    array(
      'serverUUID() of others that answered there: in turn, or before it was replaced.',
      string('The uuid of one.'),
      {
        listType: 'set',
        maxItems: 16,
      },
    ),
  ),
  newServer: optional(
    string('serverUUID() of who answers there, while it is open whether it replaced the former one.'),
  ),
  serverSince: optional(
    timestamp(
      'When server took over from otherServers, by the operator’s clock. A day later these are history.',
    ),
  ),
})

function losses(description: string) {
  const loss = object('What one tenant loses, and when it was let go.', {
    tenant: string('namespace/name of the tenant.'),
    database: string('The database.'),
    at: timestamp('When, by the server’s clock.'),
    pending: optional(
      boolean('true while something of it is still to be taken. It is not asked about again.'),
    ),
  })
  return optional(array(description, loss, { listType: 'atomic', maxItems: 1_000 }))
}

const held = object('Departed tenants that wait for one confirmation.', {
  takes: oneOf('What they would lose.', ['Access', 'Tables']),
  count: integer('How many tenants, or databases.'),
  since: timestamp('Since when exactly these wait, by the server’s clock.'),
  confirm: string(
    'What to write in the annotation lenskeeper.dev/confirm-sweep, or with Tables lenskeeper.dev/confirm-emptying. It confirms exactly these, once.',
  ),
  spentNumbers: optional(
    array(
      'Numbers that confirm-sweep had already when the first of these began to wait, so they do not mean them.',
      string('As written there.'),
      { listType: 'set', maxItems: 16 },
    ),
  ),
})

export type HeldRecord = TypeOf<typeof held>

export const clickHouseConnectionStatus = object('What was found.', {
  observedGeneration: optional(
    integer('The generation of the spec that this was said of.', { format: 'int64' }),
  ),
  serverVersion: optional(string('Version of ClickHouse; the oldest where replicas differ.')),
  reachableEndpoints: optional(string('How many endpoints can be worked with, of how many: "3/3".')),
  endpoints: optional(
    array('Each replica by itself.', endpoint, { listType: 'map', mapKeys: ['url'], maxItems: 16 }),
  ),
  epochs: optional(
    array(
      'How operators of this cluster announced themselves at the server, the latest last. Who announces another one is of another cluster, or of this one before it was put back to an earlier state.',
      string('One of them.', { maxLength: 36 }),
      { listType: 'atomic', maxItems: 16 },
    ),
  ),
  contested: optional(
    array(
      'Where another operator was noticed that works under this installation’s id, and was not yet silent for long enough. Nothing is changed meanwhile.',
      object('One endpoint.', {
        url: string('As in spec.endpoints.'),
        lookEverySeconds: integer('How often the other one looks.'),
      }),
      { listType: 'map', mapKeys: ['url'], maxItems: 16 },
    ),
  ),
  firstOn: optional(
    array(
      'serverUUID() of the servers to which no other connection was known to lead when this one came: marks there that name no connection are its own.',
      string('The uuid of one.'),
      { listType: 'set', maxItems: 32 },
    ),
  ),
  laterOn: optional(
    array(
      'serverUUID() of the servers to which another connection was known to lead when this one came. It is never the first there, also if the other one leaves.',
      string('The uuid of one.'),
      { listType: 'set', maxItems: 32 },
    ),
  ),
  reader: optional(
    object('The user that DataLens logs in as.', {
      user: string('Its name.'),
      readonly: optional(integer('Its setting readonly; DataLens needs 2.')),
      grantedDatabases: optional(integer('How many databases it may read.')),
      refusedViews: optional(
        array(
          'Views that it is refused, of those that were tried, though it may read their database.',
          object('One of them.', { database: string('Its database.'), name: string('Its name.') }),
          { listType: 'atomic', maxItems: 16 },
        ),
      ),
    }),
  ),
  databaseCount: optional(integer('Databases that are marked as tenants’ of this installation.')),
  orphans: optional(
    object('What nobody declares any more; shown and never touched by itself.', {
      databases: integer('Marked databases whose tenant is gone.'),
      grants: integer('Databases that the reader may read though no tenant explains it.'),
    }),
  ),
  held: optional(
    array('What waits for a confirmation.', held, {
      listType: 'map',
      mapKeys: ['confirm'],
      maxItems: 64,
    }),
  ),
  recentDepartures: losses(
    'Who was let go within the last 10 minutes, and who still has access after that. The former count towards spec.sweep.limit, also after a restart.',
  ),
  recentEmptyings: losses(
    'Whose tables were let go within the last 10 minutes, and who still has some after that. The former count towards spec.sweep.limit, also after a restart.',
  ),
  waitsUntil: optional(
    timestamp(
      'Until then nobody is let go without a confirmation: the object was made anew over tenants’ databases, and who was let go in the 10 minutes before is not known.',
    ),
  ),
  conditions: optional(
    conditionsSchema<ClickHouseConnectionConditionType, ClickHouseConnectionReason>(
      clickHouseConnectionConditions,
    ),
  ),
})
