/** One DataLens connector: the keys of both sides, who may have tenants, and how a rotation rolls. */
import { partnerKeyReasons } from './reasons.ts'
import { dataKey, fingerprint, keyVersion, resourceName, secretName } from './fields/fields.ts'
import { cel, immutable } from './definition/json-schema.ts'
import { partnerKeyConditions, partnerKeyStatus } from './partner-key-status.ts'
import { defineResource, type Resource, readyColumns } from './definition/resource.ts'
import { rollout } from './fields/rollout.ts'
import { array, defaulted, object, optional, string, type TypeOf } from './definition/schema.ts'
import { tenants } from './fields/tenant-policy.ts'

/** "PRIVATE KEY", the same in base64 at each of its three alignments, or how the base64 of a private key begins. */
const privatePattern =
  'PRIVATE|UFJJVkFURSBLRV|BSSVZBVEUgS0VZ|QUklWQVRFIEtFW|^[^A-Za-z0-9+/]*MII[A-Za-z0-9+/]{3}IBA[AD]'
/** The same of a public one. Whatever is behind it is judged by `inspectPublicKey`, which says what is wrong. */
const publicPattern =
  'PUBLIC[^A-Z]{1,4}KEY|UFVCTElDIEtFW|BVQkxJQyBLRV|QVUJMSUMgS0VZ|^[^A-Za-z0-9+/]*MII[A-Za-z0-9+/]{2}([DTjz]ANBgkqhkiG9w0BAQEFAAOC|[AQgw]KC)[^\\x00]{100}'
const severalPattern = 'BEGIN[^\\x00]*PUBLIC[^\\x00]*BEGIN[^\\x00]*PUBLIC'

const isPrivate = `self.matches(r'${privatePattern}')`

/**
 * This value may be a private key, pasted by mistake. The API server quotes a value that does not match its pattern or
 * is invalid. So there is no pattern, and the rules answer FieldValueForbidden, with which it does not quote.
 */
const publicKey = string(
  'DataLens’s public key as PEM (BEGIN PUBLIC KEY), or its base64 alone: RSA, 2048 bits, exponent 65537. Never a private key.',
  {
    minLength: 1,
    maxLength: 8192,
    rules: [
      cel(
        `!${isPrivate}`,
        'this is a private key, and only DataLens’s PUBLIC key belongs here. It has been sent to the API server and may stand in its audit log, in Git and in your shell’s history: treat it as leaked and make a new pair',
        { reason: 'FieldValueForbidden' },
      ),
      cel(
        `${isPrivate} || self.matches(r'${publicPattern}')`,
        'must be one public key as DataLens sent it: from -----BEGIN PUBLIC KEY----- to -----END PUBLIC KEY-----, or the base64 between them. A certificate is none, nor is a line that begins with ssh-rsa',
        { reason: 'FieldValueForbidden' },
      ),
      cel(
        `${isPrivate} || !self.matches(r'${severalPattern}')`,
        'holds several public keys: leave only the one that keyVersion stands for',
        { reason: 'FieldValueForbidden' },
      ),
    ],
  },
)

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
      name: 'Current',
      type: 'string',
      jsonPath: '.status.current',
      description: 'The pair that tokens have.',
    },
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
      name: 'Failed',
      type: 'integer',
      jsonPath: '.status.rollout.failed',
      description: 'Tenants that failed.',
    },
    {
      name: 'Minting',
      type: 'string',
      jsonPath: '.status.conditions[?(@.type=="Minting")].reason',
      description: 'Whether tokens can be minted.',
    },
    ...readyColumns,
  ],
})
