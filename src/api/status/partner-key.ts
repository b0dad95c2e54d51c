import { conditionsSchema, progressTypes } from '../conditions.ts'
import type { ConditionType } from '../definition/condition-type.ts'
import { pair } from '../fields/fields.ts'
import type { PartnerKeyReason } from '../reasons.ts'
import { array, boolean, integer, object, oneOf, optional, string, timestamp } from '../definition/schema.ts'

export const partnerKeyConditions = {
  Ready: {
    meaning: 'whether the key does what it can at this point; True also while DataLens has yet to answer.',
    good: 'True',
  },
  Minting: { meaning: 'whether tokens can be minted.', good: 'True', quiet: ['AwaitingDataLens'] },
  RolledOut: {
    meaning: 'whether every tenant’s token is of the target pair.',
    good: 'True',
    quiet: ['RollingOut', 'Paused', 'AwaitingPromotion', 'AwaitingDataLens'],
  },
  ...progressTypes,
} as const satisfies Readonly<Record<string, ConditionType>>

export type PartnerKeyConditionType = keyof typeof partnerKeyConditions

const key = object('One key that is or was in use.', {
  side: oneOf('Whose key it is.', ['DataLens', 'Partner']),
  version: integer('Its version.', { minimum: 1 }),
  fingerprint: string('SHA-256 of the public key: "SHA256:…".'),
  state: oneOf(
    'Staged: known, no token is minted with it yet. Active: tokens are minted with it. Superseded: no new ones are. Lost: tokens are to be minted with it, and cannot be, as its private key or its entry in the ledger is gone or damaged.',
    ['Staged', 'Active', 'Superseded', 'Lost'],
  ),
  tokens: integer(
    'Secrets that hold a token made with it. At 0 it may be withdrawn at DataLens: saved connections go on, tokens shown earlier and not yet pasted stop working.',
    { minimum: 0 },
  ),
  released: optional(
    boolean(
      'true: DataLens was once free to withdraw it. Who goes back to it is warned, until every tenant has tokens of it again.',
    ),
  ),
})

const someTenants = (description: string) =>
  optional(
    array(`${description} At most 10 of them.`, string('namespace/name.'), { listType: 'set', maxItems: 10 }),
  )

const rollout = object('How far the target pair has come.', {
  phase: oneOf('What it is at.', [
    'AwaitingDataLens',
    'Canary',
    'Soaking',
    'AwaitingPromotion',
    'Rolling',
    'Paused',
    'Stopped',
    'Complete',
  ]),
  phaseSince: optional(timestamp('When that phase began.')),
  progress: optional(string('updated/total, for the table.')),
  updated: integer('Tenants whose token is of the target pair.', { minimum: 0 }),
  total: integer('Tenants that count: with a token, allowed, not suspended, not being deleted.', {
    minimum: 0,
  }),
  failed: integer('Tenants that were Ready and could not be moved.', { minimum: 0 }),
  skipped: integer('Tenants that were not Ready before, or have a fault of their own; they hold nobody up.', {
    minimum: 0,
  }),
  failedTenants: someTenants('Tenants that failed.'),
  skippedTenants: someTenants('Tenants that were skipped.'),
  admittedPermille: integer('How many of the 1,000 slots that tenants are spread over may move.', {
    minimum: 0,
    maximum: 1000,
  }),
  message: optional(string('What happens next, and what to do if something is to be done.')),
})

export const partnerKeyStatus = object('What was found.', {
  observedGeneration: optional(
    integer('The generation of the spec that this was said of.', { format: 'int64' }),
  ),
  current: optional(pair('The pair that tokens have.')),
  target: optional(pair('The pair that tokens are to get.')),
  keys: optional(
    array('Every key of the ledger that matters now.', key, {
      listType: 'map',
      mapKeys: ['side', 'version'],
    }),
  ),
  rollout: optional(rollout),
  tenants: optional(integer('ConnectorTenants that refer to this key.', { minimum: 0 })),
  conditions: optional(conditionsSchema<PartnerKeyConditionType, PartnerKeyReason>(partnerKeyConditions)),
})
