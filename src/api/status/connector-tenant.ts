import { conditionsSchema, progressTypes } from '../conditions.ts'
import type { ConditionType } from '../definition/condition-type.ts'
import { pair } from '../fields/fields.ts'
import type { ConnectorTenantReason } from '../reasons.ts'
import { array, integer, object, optional, string, timestamp } from '../definition/schema.ts'

export const connectorTenantConditions = {
  Ready: { meaning: 'whether the Secret holds a token that opens the database.', good: 'True' },
  DatabaseReady: {
    meaning: 'whether the database is this tenant’s and exists on every endpoint that can be worked with.',
    good: 'True',
  },
  AccessGranted: {
    meaning: 'whether the reader may read it there.',
    good: 'True',
    quiet: ['AccessWithheld'],
  },
  TokenPublished: { meaning: 'whether the Secret holds a valid token.', good: 'True' },
  ...progressTypes,
} as const satisfies Readonly<Record<string, ConditionType>>

export type ConnectorTenantConditionType = keyof typeof connectorTenantConditions

export const connectorTenantStatus = object('What was found.', {
  observedGeneration: optional(
    integer('The generation of the spec that this was said of.', { format: 'int64' }),
  ),
  database: optional(
    object('The database as it was found.', {
      name: string('Its name.'),
      uuid: optional(string('Its UUID in ClickHouse; another one means that it was made anew by hand.')),
    }),
  ),
  token: optional(
    object('The token in the Secret.', {
      pair: pair('The key versions it was made with.'),
      secretName: string('The Secret’s name.'),
      mintedAt: timestamp('When it was made.'),
    }),
  ),
  plan: optional(
    array(
      'In observe mode alone: what would be done. The statements are in the operator’s log, and lenskeeper explain shows them to those who may read the connection.',
      string('One step.'),
      { maxItems: 32 },
    ),
  ),
  conditions: optional(
    conditionsSchema<ConnectorTenantConditionType, ConnectorTenantReason>(connectorTenantConditions),
  ),
})
