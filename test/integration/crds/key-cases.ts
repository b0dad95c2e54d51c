import { createPrivateKey, createPublicKey, generateKeyPairSync } from 'node:crypto'
import { keyForms } from '../../builders/key-forms.ts'
import { makeTestCertificate } from '../../proxies/test-certificate.ts'
import { vectorKey } from '../../vectors/token-vectors.ts'
import type { Accepted, Change, Refused, Spec } from './cases.ts'

const pem = `-----BEGIN PUBLIC KEY-----
MIIBIjANBgkqhkiG9w0BAQEFAAOCAQ8AMIIBCgKCAQEA
-----END PUBLIC KEY-----
`
const privatePem = pem.replaceAll('PUBLIC KEY', 'RSA PRIVATE KEY')
const fingerprint = `SHA256:${'a'.repeat(43)}`
const dataLens = { keyVersion: 1, publicKey: pem }
const notPem = 'must be one public key as DataLens sent it'
const vector = vectorKey('partnerKeys', 1)
const real = { publicKey: createPublicKey(vector.publicPem), privateKey: createPrivateKey(vector.privatePem) }
const ec = generateKeyPairSync('ec', { namedCurve: 'P-256' })
const ed25519 = generateKeyPairSync('ed25519')
const certificate = makeTestCertificate().certPem

function body(text: string): string {
  return text.replaceAll(/-----.*-----|\s/g, '')
}

function folded(text: string): string {
  return text.match(/.{1,10}/g)?.join('\n') ?? ''
}
const realPems = [
  ['SPKI', real.publicKey.export({ type: 'spki', format: 'pem' }).toString()],
  ['PKCS#1', real.publicKey.export({ type: 'pkcs1', format: 'pem' }).toString()],
] as const
const realPrivatePems = [
  ['PKCS#1', real.privateKey.export({ type: 'pkcs1', format: 'pem' }).toString()],
  ['PKCS#8', real.privateKey.export({ type: 'pkcs8', format: 'pem' }).toString()],
] as const

/**
 * The same key in all forms that `inspectPublicKey` takes, or `inspectPrivateKey`. UTF-16 is a form of files alone. Once
 * there is a label, nothing depends on what DER holds.
 */
function* inEveryForm(pems: typeof realPems | typeof realPrivatePems): Generator<readonly [string, Spec]> {
  for (const [at, [form, text]] of pems.entries())
    for (const [name, publicKey] of keyForms(text).filter(([form]) =>
      at === 0 ? !form.startsWith('UTF-16') : /body|base64|lost/.test(form),
    ))
      yield [`${form}, ${name}`, { dataLens: { keyVersion: 1, publicKey } }]
}
const all = { from: 'All' }
const platform = { from: 'Selector', selector: { matchLabels: { team: 'platform' } } }
const assigned = { database: 'legacy_acme', namespace: 'acme', name: 'acme' }

export const acceptedKeys: readonly Accepted[] = [
  ['the smallest one', {}],
  ['one with DataLens’s key', { dataLens }],
  ...[...inEveryForm(realPems)].map(([name, spec]): Accepted => [name, spec]),
  ['a key in PKCS#1', { dataLens: { keyVersion: 1, publicKey: pem.replaceAll('PUBLIC', 'RSA PUBLIC') } }],
  [
    'a key with Windows line ends and spaces around',
    { dataLens: { keyVersion: 1, publicKey: `\r\n ${pem.replaceAll('\n', '\r\n')}` } },
  ],
  ['the highest version', { keyVersion: 2_147_483_647 }],
  [
    'all of it',
    {
      connectionRef: { name: 'other' },
      keyVersion: 2,
      privateKeySecretRef: { name: 'byo', key: 'private.pem' },
      dataLens: {
        ...dataLens,
        accepts: [
          { keyVersion: 1, fingerprint },
          { keyVersion: 2, fingerprint },
        ],
      },
      tenants: {
        namespaces: platform,
        databases: ['client_*', '{namespace}__*'],
        allowDrop: true,
        assignments: [assigned],
      },
      rollout: {
        paused: true,
        canary: { selector: { matchLabels: { tier: 'internal' } }, soak: '10m', promotion: 'Manual' },
        promoted: '1:2',
        batch: { percent: 100, interval: '0s' },
        maxFailures: 0,
        progressDeadline: '10s',
      },
    },
  ],
  ['names for its own namespace alone', { tenants: { databases: ['client_*'] } }],
  ['every namespace, with names', { tenants: { namespaces: all, databases: ['*'] } }],
  [
    'a selector by expressions',
    {
      tenants: {
        namespaces: {
          from: 'Selector',
          selector: {
            matchExpressions: [
              { key: 'a', operator: 'In', values: ['b'] },
              { key: 'c', operator: 'Exists' },
            ],
          },
        },
        databases: ['*'],
      },
    },
  ],
]

const selecting = (matchExpressions: unknown) => ({
  tenants: { namespaces: { from: 'Selector', selector: { matchExpressions } }, databases: ['*'] },
})

const ofAnObject = 'must be the name of an object alone'
const ofGlobs = 'must be letters, digits and _ (ASCII) with * for any of them'

const badSelectors: readonly (readonly [name: string, selector: Spec, says: string])[] = [
  ['a label’s key with a space', { matchLabels: { 'a b': 'c' } }, 'each key must be a label’s key'],
  ['a label’s value with a space', { matchLabels: { a: 'b c' } }, 'must be a label’s value'],
  [
    'a key of an expression with a space',
    { matchExpressions: [{ key: 'a b', operator: 'Exists' }] },
    'must be a label’s key',
  ],
  [
    'a value of an expression with a space',
    { matchExpressions: [{ key: 'a', operator: 'In', values: ['b c'] }] },
    'must be a label’s value',
  ],
]

export const refusedKeys: readonly Refused[] = [
  ...badSelectors.flatMap(([name, selector, says]): Refused[] => [
    [
      `namespaces by ${name}`,
      { tenants: { namespaces: { from: 'Selector', selector }, databases: ['*'] } },
      says,
    ],
    [`a canary by ${name}`, { rollout: { canary: { selector } } }, says],
  ]),
  [
    'an assignment of a name with a dash',
    { tenants: { assignments: [{ ...assigned, database: 'a-b' }] } },
    'no - and no . in it',
  ],
  [
    'an assignment to no namespace',
    { tenants: { assignments: [{ ...assigned, namespace: 'a.b' }] } },
    'must be the name of a namespace',
  ],
  ['an assignment to no tenant', { tenants: { assignments: [{ ...assigned, name: 'A' }] } }, ofAnObject],
  ['no version', { keyVersion: undefined }, 'spec.keyVersion: Required value'],
  ['version 0', { keyVersion: 0 }, 'should be greater than or equal to 1'],
  ['a negative version', { keyVersion: -1 }, 'should be greater than or equal to 1'],
  ['version 1.5', { keyVersion: 1.5 }, 'must be of type integer'],
  ['version "01"', { keyVersion: '01' }, 'must be of type integer'],
  ['version "1"', { keyVersion: '1' }, 'must be of type integer'],
  ['a version that is too high', { keyVersion: 2_147_483_648 }, 'should be less than or equal to 2147483647'],
  [
    'DataLens’s version 0',
    { dataLens: { ...dataLens, keyVersion: 0 } },
    'should be greater than or equal to 1',
  ],
  [
    'DataLens’s key without a version',
    { dataLens: { publicKey: pem } },
    'spec.dataLens.keyVersion: Required value',
  ],
  [
    'DataLens’s version without a key',
    { dataLens: { keyVersion: 1 } },
    'spec.dataLens.publicKey: Required value',
  ],
  ['a private key', { dataLens: { keyVersion: 1, publicKey: privatePem } }, 'treat it as leaked'],
  ...[...inEveryForm(realPrivatePems)].map(([name, spec]): Refused => [name, spec, 'treat it as leaked']),
  [
    'an encrypted private key',
    { dataLens: { keyVersion: 1, publicKey: pem.replaceAll('PUBLIC', 'ENCRYPTED PRIVATE') } },
    'treat it as leaked',
  ],
  ...(
    [
      ['EC in SEC1', ec.privateKey.export({ type: 'sec1', format: 'pem' }).toString()],
      ['EC in PKCS#8', ec.privateKey.export({ type: 'pkcs8', format: 'pem' }).toString()],
      ['Ed25519', ed25519.privateKey.export({ type: 'pkcs8', format: 'pem' }).toString()],
      [
        'encrypted PKCS#8',
        real.privateKey
          .export({ type: 'pkcs8', format: 'pem', cipher: 'aes-256-cbc', passphrase: 'x' })
          .toString(),
      ],
    ] as const
  ).flatMap(([name, text]): Refused[] => [
    [
      `the base64 of a private key: ${name}`,
      { dataLens: { keyVersion: 1, publicKey: body(text) } },
      'leaked',
    ],
    [
      `base64 of a private key: ${name}`,
      { dataLens: { keyVersion: 1, publicKey: Buffer.from(text).toString('base64') } },
      'leaked',
    ],
    [
      `base64 of a private key, folded: ${name}`,
      { dataLens: { keyVersion: 1, publicKey: folded(Buffer.from(text).toString('base64')) } },
      'leaked',
    ],
  ]),
  [
    'a private key of PuTTY',
    { dataLens: { keyVersion: 1, publicKey: 'PuTTY-User-Key-File-3: ssh-rsa\nEncryption: none\n' } },
    'treat it as leaked',
  ],
  ...(
    [
      ['PEM', certificate],
      ['its base64 alone', body(certificate)],
      ['base64 of PEM, folded', folded(Buffer.from(certificate).toString('base64'))],
    ] as const
  ).map(
    ([name, publicKey]): Refused => [
      `a real certificate: ${name}`,
      { dataLens: { keyVersion: 1, publicKey } },
      'is a certificate, and DataLens’s public key belongs here',
    ],
  ),
  [
    'a line of OpenSSH',
    { dataLens: { keyVersion: 1, publicKey: `ssh-rsa ${'AAAAB3NzaC1yc2E'.repeat(20)} me@host` } },
    'is a line of OpenSSH',
  ],
  [
    'a private key behind a public one',
    { dataLens: { keyVersion: 1, publicKey: pem + privatePem } },
    'treat it as leaked',
  ],
  [
    'a certificate',
    { dataLens: { keyVersion: 1, publicKey: pem.replaceAll('PUBLIC KEY', 'CERTIFICATE') } },
    'is a certificate',
  ],
  ['two public keys', { dataLens: { keyVersion: 1, publicKey: pem + pem } }, 'holds several public keys'],
  ['garbage', { dataLens: { keyVersion: 1, publicKey: 'garbage' } }, notPem],
  [
    'a part of the base64 without armour',
    { dataLens: { keyVersion: 1, publicKey: 'MIIBIjANBgkqhkiG9w0BAQEFAAOCAQ8A' } },
    notPem,
  ],
  ['an empty key', { dataLens: { keyVersion: 1, publicKey: '' } }, 'should be at least 1 chars long'],
  ['a key of 9 kB', { dataLens: { keyVersion: 1, publicKey: 'A'.repeat(9000) } }, 'Too long'],
  [
    'a pin that is no fingerprint',
    { dataLens: { ...dataLens, accepts: [{ keyVersion: 1, fingerprint: 'SHA256:abc' }] } },
    'must be the whole fingerprint',
  ],
  [
    'two pins for one version',
    {
      dataLens: {
        ...dataLens,
        accepts: [
          { keyVersion: 1, fingerprint },
          { keyVersion: 1, fingerprint },
        ],
      },
    },
    'Duplicate value',
  ],
  [
    'a pin without a fingerprint',
    { dataLens: { ...dataLens, accepts: [{ keyVersion: 1 }] } },
    'fingerprint: Required value',
  ],
  [
    'a brought key without a Secret',
    { privateKeySecretRef: { key: 'private.pem' } },
    'privateKeySecretRef.name: Required value',
  ],
  ['a connection with a slash', { connectionRef: { name: 'a/b' } }, ofAnObject],
  ['a brought key in capitals', { privateKeySecretRef: { name: 'Key' } }, ofAnObject],
  [
    'a brought key under a path',
    { privateKeySecretRef: { name: 'a', key: 'a/b' } },
    'must be a key in the Secret’s data',
  ],
  [
    'every namespace without names',
    { tenants: { namespaces: all } },
    'spec.tenants.databases: Required value',
  ],
  [
    'selected namespaces without names',
    { tenants: { namespaces: platform } },
    'spec.tenants.databases: Required value',
  ],
  ['an empty list of names', { tenants: { databases: [] } }, 'should have at least 1 items'],
  ['a glob with a dot', { tenants: { databases: ['a.*'] } }, ofGlobs],
  ['a glob with an unknown placeholder', { tenants: { databases: ['{name}_*'] } }, ofGlobs],
  ['a glob twice', { tenants: { databases: ['a*', 'a*'] } }, 'Duplicate value'],
  [
    'Selector without a selector',
    { tenants: { namespaces: { from: 'Selector' }, databases: ['*'] } },
    'spec.tenants.namespaces.selector: Required value',
  ],
  [
    'a selector that does not count',
    { tenants: { namespaces: { ...platform, from: 'All' }, databases: ['*'] } },
    'counts only with from: Selector',
  ],
  [
    'a selector without from',
    { tenants: { namespaces: { selector: platform.selector } } },
    'counts only with from: Selector',
  ],
  [
    'an empty selector',
    { tenants: { namespaces: { from: 'Selector', selector: {} }, databases: ['*'] } },
    'an empty selector selects everything',
  ],
  ['In without values', selecting([{ key: 'a', operator: 'In' }]), 'In and NotIn need values'],
  [
    'Exists with values',
    selecting([{ key: 'a', operator: 'Exists', values: ['b'] }]),
    'In and NotIn need values',
  ],
  ['an unknown operator', selecting([{ key: 'a', operator: 'Gt', values: ['1'] }]), 'Unsupported value'],
  ['an unknown from', { tenants: { namespaces: { from: 'None' } } }, 'Unsupported value'],
  [
    'one database assigned twice',
    { tenants: { assignments: [assigned, { ...assigned, name: 'other' }] } },
    'Duplicate value',
  ],
  [
    'an assignment of a system database',
    { tenants: { assignments: [{ ...assigned, database: 'system' }] } },
    'a database of the server itself',
  ],
  [
    'an assignment without a tenant',
    { tenants: { assignments: [{ database: 'a', namespace: 'b' }] } },
    'name: Required value',
  ],
  ['batches of 0 %', { rollout: { batch: { percent: 0 } } }, 'should be greater than or equal to 1'],
  ['batches of 101 %', { rollout: { batch: { percent: 101 } } }, 'should be less than or equal to 100'],
  ['a promoted version instead of a pair', { rollout: { promoted: '2' } }, 'must be two key versions'],
  ['a promoted pair with a leading zero', { rollout: { promoted: '1:02' } }, 'must be two key versions'],
  ['a canary without a selector', { rollout: { canary: { soak: '1m' } } }, 'canary.selector: Required value'],
  [
    'a canary that selects everything',
    { rollout: { canary: { selector: {} } } },
    'an empty selector selects everything',
  ],
  ['a negative number of failures', { rollout: { maxFailures: -1 } }, 'should be greater than or equal to 0'],
  ['a deadline without a unit', { rollout: { progressDeadline: '60' } }, 'must be a duration in h, m and s'],
  ['days between batches', { rollout: { batch: { interval: '2d' } } }, 'must be a duration in h, m and s'],
  [
    'a soak with a space',
    { rollout: { canary: { selector: { matchLabels: { a: 'b' } }, soak: '1 h' } } },
    'must be a duration in h, m and s',
  ],
  ['a deadline of 1 s', { rollout: { progressDeadline: '1s' } }, 'must be from 10s to 24h'],
  [
    'an assignment of a name of ours',
    { tenants: { assignments: [{ ...assigned, database: 'lenskeeper_a' }] } },
    'are the operator’s own',
  ],
  [
    'a canary by In without values',
    { rollout: { canary: { selector: { matchExpressions: [{ key: 'a', operator: 'In' }] } } } },
    'In and NotIn need values',
  ],
  [
    'a soak of 31 days',
    { rollout: { canary: { selector: { matchLabels: { a: 'b' } }, soak: '744h' } } },
    'must be from 0s to 720h',
  ],
  ['eight days between batches', { rollout: { batch: { interval: '192h' } } }, 'must be from 0s to 168h'],
]

const fixed = 'spec.connectionRef: Forbidden: cannot be changed'

export const keyChanges: readonly Change[] = [
  ['another connection', { connectionRef: { name: 'a' } }, { connectionRef: { name: 'b' } }, fixed],
  ['a connection set where it was left out', {}, { connectionRef: { name: 'b' } }, fixed],
  ['a connection left out where it was set', { connectionRef: { name: 'a' } }, {}, fixed],
  ['a connection set to null', { connectionRef: { name: 'a' } }, { connectionRef: null }, fixed],
  ['the default connection written out', {}, { connectionRef: { name: 'default' } }, undefined],
  ['the default connection left out', { connectionRef: { name: 'default' } }, {}, undefined],
  ['a higher version', {}, { keyVersion: 2 }, undefined],
  ['a version set back', { keyVersion: 2 }, { keyVersion: 1 }, undefined],
  ['DataLens’s answer', {}, { dataLens }, undefined],
  [
    'DataLens’s key replaced under its version: the operator says KeyVersionReused',
    { dataLens },
    { dataLens: { ...dataLens, publicKey: pem.replace('CgKC', 'CgKD') } },
    undefined,
  ],
  ['other tenants', {}, { tenants: { namespaces: all, databases: ['*'] } }, undefined],
  [
    'other tenants without names',
    {},
    { tenants: { namespaces: all } },
    'spec.tenants.databases: Required value',
  ],
]
