import type { Accepted, Change, Refused } from './cases.ts'
import { refusedMetadata } from './metadata-cases.ts'

const form = 'must be a letter or _, then letters, digits and _ (ASCII)'
const ofAnObject = 'must be the name of an object alone'
const ofTheServer = 'a database of the server itself'
const ourPrefix = 'names that begin with lenskeeper_'

export const acceptedTenants: readonly Accepted[] = [
  ['the smallest one', {}],
  ['a database of one letter', { database: 'a' }],
  ['a database that begins with _', { database: '_1' }],
  ['a database of 127 characters', { database: 'a'.repeat(127) }],
  ['a database whose name only contains system', { database: 'system_of_acme' }],
  ['a database whose name begins almost like ours', { database: 'lenskeeper' }],
  [
    'all of it',
    {
      partnerKeyRef: { name: 'acme', namespace: 'datalens' },
      database: 'client_1234383',
      secret: {
        name: 'acme-token',
        labels: { app: 'portal', 'acme.example/team': 'a' },
        annotations: { note: 'any text: {}' },
      },
      access: 'Withheld',
      deletionPolicy: 'Drop',
      confirmDrop: 'client_1234383',
      suspend: true,
    },
  ],
  ['a key whose domain only ends like a reserved one', { secret: { labels: { 'my-helm.sh/a': 'b' } } }],
]

const refusedDatabases: readonly Refused[] = [
  ['none', { database: undefined }, 'spec.database: Required value'],
  ['empty', { database: '' }, 'should be at least 1 chars long'],
  ['128 characters', { database: 'a'.repeat(128) }, 'Too long'],
  ['a leading digit', { database: '1a' }, form],
  ['a dash', { database: 'client-1' }, form],
  ['a dot', { database: 'client.1' }, form],
  ['a space', { database: 'client 1' }, form],
  ['a trailing line end', { database: 'client_1\n' }, form],
  ['a NUL', { database: 'client\u0000' }, form],
  ['a backtick', { database: 'client`1' }, form],
  ['a quote', { database: "client'1" }, form],
  ['a double quote', { database: 'client"1' }, form],
  ['an asterisk', { database: 'client_*' }, form],
  ['a Cyrillic letter that looks like c', { database: 'сlient_1' }, form],
  ['a Greek letter that looks like o', { database: 'cοmpany' }, form],
  ['full-width letters', { database: 'client_１' }, form],
  ['a letter with a combining accent', { database: 'clie\u0301nt' }, form],
  ['a number', { database: 1 }, 'must be of type string'],
  ['system', { database: 'system' }, ofTheServer],
  ['System', { database: 'System' }, ofTheServer],
  ['INFORMATION_SCHEMA', { database: 'INFORMATION_SCHEMA' }, ofTheServer],
  ['information_schema', { database: 'information_schema' }, ofTheServer],
  ['Information_Schema', { database: 'Information_Schema' }, ofTheServer],
  ['default', { database: 'default' }, ofTheServer],
  ['lenskeeper_x', { database: 'lenskeeper_x' }, ourPrefix],
  ['LensKeeper_x', { database: 'LensKeeper_x' }, ourPrefix],
]

export const refusedTenants: readonly Refused[] = [
  ...refusedDatabases.map(([name, ...rest]): Refused => [`database: ${name}`, ...rest]),
  ...refusedMetadata,
  ['a label among good ones', { secret: { labels: { app: 'a', 'helm.sh/chart': 'b' } } }, 'those of Helm'],
  ['a label value with a space', { secret: { labels: { app: 'a b' } } }, 'must be a label’s value'],
  ['a label value of 64 characters', { secret: { labels: { app: 'a'.repeat(64) } } }, 'Too long'],
  [
    '33 labels',
    { secret: { labels: Object.fromEntries(Array.from({ length: 33 }, (_, i) => [`a${i}`, ''])) } },
    'must have at most 32 items',
  ],
  ['a Secret’s name with a slash', { secret: { name: 'a/b' } }, ofAnObject],
  ['a Secret’s name in capitals', { secret: { name: 'Token' } }, ofAnObject],
  ['no PartnerKey', { partnerKeyRef: undefined }, 'spec.partnerKeyRef: Required value'],
  [
    'a PartnerKey without a name',
    { partnerKeyRef: { namespace: 'a' } },
    'partnerKeyRef.name: Required value',
  ],
  [
    'a PartnerKey with an empty namespace',
    { partnerKeyRef: { name: 'a', namespace: '' } },
    'partnerKeyRef.namespace',
  ],
  [
    'a PartnerKey in a namespace that none can have',
    { partnerKeyRef: { name: 'a', namespace: 'a.b' } },
    'must be the name of a namespace',
  ],
  ['a PartnerKey with its namespace before it', { partnerKeyRef: { name: 'a/b' } }, ofAnObject],
  ['an unknown access', { access: 'Revoked' }, 'supported values: "Granted", "Withheld"'],
  ['an unknown deletion policy', { deletionPolicy: 'Delete' }, 'supported values: "Retain", "Drop"'],
  [
    'Drop without its confirmation',
    { deletionPolicy: 'Drop' },
    'spec.confirmDrop: Required value: deletionPolicy: Drop loses data',
  ],
  ['Drop with another name', { deletionPolicy: 'Drop', confirmDrop: 'client_2' }, 'spec.confirmDrop'],
  ['Drop with an empty confirmation', { deletionPolicy: 'Drop', confirmDrop: '' }, 'spec.confirmDrop'],
  ['suspend as a text', { suspend: 'true' }, 'must be of type boolean'],
]

const fixedKey = 'spec.partnerKeyRef: Forbidden: cannot be changed'
const ownNamespace = { partnerKeyRef: { name: 'acme' } }
const platform = { partnerKeyRef: { name: 'acme', namespace: 'datalens' } }

export const tenantChanges: readonly Change[] = [
  ['another database', {}, { database: 'client_2' }, 'spec.database: Forbidden: cannot be changed'],
  ['another PartnerKey', ownNamespace, { partnerKeyRef: { name: 'other' } }, fixedKey],
  [
    'a PartnerKey of another namespace',
    platform,
    { partnerKeyRef: { name: 'acme', namespace: 'x' } },
    fixedKey,
  ],
  ['the PartnerKey’s namespace set', ownNamespace, platform, fixedKey],
  ['the PartnerKey’s namespace unset', platform, ownNamespace, fixedKey],
  [
    'the PartnerKey’s namespace set to null',
    platform,
    { partnerKeyRef: { name: 'acme', namespace: null } },
    fixedKey,
  ],
  ['access withheld', {}, { access: 'Withheld' }, undefined],
  ['another Secret', { secret: { name: 'a' } }, { secret: { name: 'b' } }, undefined],
  ['Drop, confirmed', {}, { deletionPolicy: 'Drop', confirmDrop: 'client_1' }, undefined],
  ['Drop, not confirmed', {}, { deletionPolicy: 'Drop' }, 'spec.confirmDrop'],
  [
    'the confirmation taken away',
    { deletionPolicy: 'Drop', confirmDrop: 'client_1' },
    { deletionPolicy: 'Drop' },
    'spec.confirmDrop',
  ],
  ['suspended', {}, { suspend: true }, undefined],
]
