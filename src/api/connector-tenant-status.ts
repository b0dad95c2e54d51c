import { conditionsSchema } from './conditions.ts'
import { pair } from './fields/fields.ts'
import type { ConnectorTenantReason } from './reasons.ts'
import { array, integer, object, optional, string, timestamp } from './definition/schema.ts'

const conditionTypes = {
  Ready: 'whether the Secret holds a token that opens the database.',
  DatabaseReady: 'whether the database exists on every endpoint and is this tenant’s.',
  AccessGranted: 'whether the reader may read it.',
  TokenPublished: 'whether the Secret holds a valid token.',
  Reconciling: 'there only while work is under way.',
  Stalled: 'there only while nothing but a change of the object helps.',
}

export type ConnectorTenantConditionType = keyof typeof conditionTypes

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
  conditions: optional(conditionsSchema<ConnectorTenantConditionType, ConnectorTenantReason>(conditionTypes)),
})
