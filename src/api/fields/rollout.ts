/** How a new pair of keys rolls out over a PartnerKey's tenants. */
import { duration, labelSelector, pair } from './fields.ts'
import { boolean, defaulted, integer, object, oneOf, optional } from '../definition/schema.ts'

const canary = object('Tenants that move first.', {
  selector: labelSelector('Labels of ConnectorTenants.'),
  soak: defaulted(
    duration('How long the others wait after the canary is done.', { minimum: '0s', maximum: '720h' }),
    '10m',
  ),
  promotion: defaulted(
    oneOf('Auto: the others follow after soak. Manual: they wait until promoted names the target pair.', [
      'Auto',
      'Manual',
    ]),
    'Auto',
  ),
})

const batch = object('How fast tenants move.', {
  percent: defaulted(integer('Share of all tenants a step, 1 to 100.', { minimum: 1, maximum: 100 }), 10),
  interval: defaulted(
    duration('How long to wait after a step is done before the next.', { minimum: '0s', maximum: '168h' }),
    '30s',
  ),
})

export const rollout = object('How a new pair of keys rolls out over the tenants.', {
  paused: defaulted(
    boolean('true: no further tenant moves. A new key is still made, and shown for the hand-over.'),
    false,
  ),
  canary: optional(canary),
  promoted: optional(pair('With promotion Manual: the pair that is allowed past the canary.')),
  batch: defaulted(batch, {}),
  maxFailures: defaulted(
    integer('How many tenants may fail; with one more the rollout stops. 0 to 100000.', {
      minimum: 0,
      maximum: 100_000,
    }),
    1,
  ),
  progressDeadline: defaulted(
    duration('How long a tenant that may move has to do so before it counts as failed.', {
      minimum: '10s',
      maximum: '24h',
    }),
    '10m',
  ),
})
