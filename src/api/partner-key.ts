/** One DataLens connector: the keys of both sides, who may have tenants, and how a rotation rolls. */
import { partnerKeyReasons } from './reasons.ts'
import { dataKey, fingerprint, keyVersion, resourceName, secretName } from './fields/fields.ts'
import { immutable } from './definition/json-schema.ts'
import { partnerKeyConditions, partnerKeyStatus } from './status/partner-key.ts'
import { defineResource, type Resource, readyColumns } from './definition/resource.ts'
import { publicKey } from './fields/public-key.ts'
import { rollout } from './fields/rollout.ts'
import { array, defaulted, object, optional, type TypeOf } from './definition/schema.ts'
import { tenants } from './fields/tenant-policy.ts'

const accepted = object('A partner key that DataLens has confirmed.', {
  keyVersion: keyVersion('The partner’s key version.'),
  fingerprint: fingerprint('The fingerprint of that public key, as `lenskeeper handover` shows it.'),
})

const dataLens = object('What DataLens has answered: its own key. Until it is there, no token is minted.', {
  keyVersion: keyVersion('The version of DataLens’s key. Change it together with publicKey.'),
  publicKey,
  accepts: optional(
    array(
      'A pin, if wanted: the partner keys that DataLens has confirmed. When it is there, tokens are minted with no other.',
      accepted,
      { listType: 'map', mapKeys: ['keyVersion'], maxItems: 64 },
    ),
  ),
})

const connectionRef = object(
  'The ClickHouseConnection that tenants of this key use, in the same namespace. It cannot be changed.',
  { name: defaulted(resourceName('Its name.'), 'default') },
  {
    atomic: true,
    rules: [
      immutable(
        'cannot be changed: tokens name databases of that server. Make another PartnerKey for another connection',
      ),
    ],
  },
)

const privateKeySecretRef = object(
  'Brings your own private key for this keyVersion: a Secret of this namespace. It is checked and copied once, and not read again. Without it a key is generated.',
  { name: secretName('The Secret’s name.'), key: defaulted(dataKey('The key in it.'), 'private.pem') },
  { atomic: true },
)

const spec = object('What is wanted.', {
  connectionRef: defaulted(connectionRef, {}),
  keyVersion: keyVersion(
    'The version of the partner’s key that tokens are signed with. Raise it to rotate; set it back to roll back. A version always means the same key.',
  ),
  privateKeySecretRef: optional(privateKeySecretRef),
  dataLens: optional(dataLens),
  tenants: defaulted(tenants, {}),
  rollout: defaulted(rollout, {}),
})

export type PartnerKeySpec = TypeOf<typeof spec>
export type PartnerKeyStatus = TypeOf<typeof partnerKeyStatus>
export type PartnerKey = Resource<'PartnerKey', PartnerKeySpec, PartnerKeyStatus>

export const partnerKey = defineResource({
  kind: 'PartnerKey',
  plural: 'partnerkeys',
  shortName: 'pkey',
  noun: 'key',
  description:
    'One DataLens connector: the keys of both sides, who may have tenants, and how a new key rolls out. Written by the platform team. Private keys are made or copied into Secrets of this namespace that outlive it.',
  conditions: partnerKeyConditions,
  reasons: partnerKeyReasons,
  spec,
  status: partnerKeyStatus,
  columns: [
    {
      name: 'Target',
      type: 'string',
      jsonPath: '.status.target',
      description: 'The pair that they are to get.',
    },
    {
      name: 'Phase',
      type: 'string',
      jsonPath: '.status.rollout.phase',
      description: 'What the rollout is at.',
    },
    {
      name: 'Updated',
      type: 'string',
      jsonPath: '.status.rollout.progress',
      description: 'Tenants done, of all.',
    },
    {
      name: 'Minting',
      type: 'string',
      jsonPath: '.status.conditions[?(@.type=="Minting")].reason',
      description: 'Whether tokens can be minted.',
    },
    ...readyColumns,
    {
      name: 'Current',
      type: 'string',
      jsonPath: '.status.current',
      description: 'The pair that tokens have.',
      priority: 1,
    },
    {
      name: 'Failed',
      type: 'integer',
      jsonPath: '.status.rollout.failed',
      description: 'Tenants that failed.',
      priority: 1,
    },
  ],
})
