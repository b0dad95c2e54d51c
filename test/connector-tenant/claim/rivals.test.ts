import { expect, test } from 'vitest'
import type { ConnectorTenant } from '../../../src/api/connector-tenant.ts'
import type { Namespace, Secret } from '../../../src/api/core-objects.ts'
import { partnerKeyOf } from '../../../src/api/names.ts'
import type { PartnerKey } from '../../../src/api/partner-key.ts'
import { rivalsOf } from '../../../src/connector-tenant/claim/rivals.ts'
import { provedBy } from '../../../src/connector-tenant/token/holdings.ts'
import { Store } from '../../../src/runtime/cache/store.ts'
import { createLogger } from '../../../src/telemetry/log.ts'
import type { Rival } from '../../../src/tenancy/claim/precedence.ts'
import type { KeyRingEntry } from '../../../src/token/key-ring.ts'
import { aTenant, testRing, tokenSecret } from '../../builders/tenant-observed.ts'

const log = createLogger({ level: 'silent' })
const { tenant: rival, partnerKey } = aTenant().build()

/** The PartnerKey lets the rival have the name, unless said otherwise; the rival's Secret was sealed for it. */
interface Situation {
  readonly secret?: Secret
  readonly ring?: KeyRingEntry
  readonly databases?: readonly string[]
  readonly namespaces?: PartnerKey['spec']['tenants']['namespaces']
  readonly spec?: Partial<ConnectorTenant['spec']>
  readonly status?: ConnectorTenant['status']
}

const withoutDataLens: KeyRingEntry = { partner: testRing.partner, dataLens: new Map() }
const withoutPartner: KeyRingEntry = { partner: new Map(), dataLens: testRing.dataLens }
const barred = { databases: ['rival__*'] }
const shutOut = { namespaces: { from: 'Same' } } as const
const forThis = { secret: tokenSecret() }
const forAnother = { secret: tokenSecret('1:1', 'rival__x') }
const had = { status: { database: { name: rival.spec.database } } }

function seenAs({
  secret,
  ring = testRing,
  databases,
  namespaces,
  spec,
  status,
}: Situation): Rival | undefined {
  const tenants = new Store<ConnectorTenant>({ name: 'tenants', log })
  tenants.addIndex('database', each => [each.spec.database])
  const { metadata } = rival
  const self = { ...rival, metadata: { ...metadata, name: 'self', uid: 'uid-self' } }
  tenants.noteWrite(self)
  tenants.noteWrite({
    ...rival,
    spec: { ...rival.spec, ...spec },
    ...(status === undefined ? {} : { status }),
  })
  const partnerKeys = new Store<PartnerKey>({ name: 'partner keys', log })
  const policy = {
    ...partnerKey!.spec.tenants,
    ...(databases === undefined ? {} : { databases }),
    ...(namespaces === undefined ? {} : { namespaces }),
  }
  partnerKeys.noteWrite({ ...partnerKey!, spec: { ...partnerKey!.spec, tenants: policy } })
  expect(partnerKeys.has(partnerKeyOf(rival))).toBe(true)
  const namespaceStore = new Store<Namespace>({ name: 'namespaces', log })
  const [seen] = rivalsOf(self, {
    tenants,
    partnerKeys,
    namespaces: namespaceStore,
    provedBy: each => provedBy(secret, each, ring),
  })
  return seen
}

test.each<readonly [string, Situation, Pick<Rival, 'eligible' | 'knownBefore'>]>([
  ['holds nothing', {}, { eligible: true, knownBefore: false }],
  ['holds a token of this database', forThis, { eligible: true, knownBefore: true }],
  [
    '… and may not have it any more: its token would open the next owner’s',
    { ...forThis, ...barred },
    { eligible: false, knownBefore: true },
  ],
  ['… and its namespace is shut out', { ...forThis, ...shutOut }, { eligible: false, knownBefore: true }],
  ['… and it is suspended', { ...forThis, spec: { suspend: true } }, { eligible: false, knownBefore: true }],
  ['holds a token of another database', forAnother, { eligible: true, knownBefore: false }],
  ['… and may not have this one', { ...forAnother, ...barred }, { eligible: false, knownBefore: false }],
  ['… and its namespace is shut out', { ...forAnother, ...shutOut }, { eligible: false, knownBefore: false }],
  [
    '… of a pair that was replaced',
    { secret: tokenSecret('2:2', 'rival__x') },
    { eligible: true, knownBefore: false },
  ],
  [
    'cannot be told of which database its token is',
    { ...forThis, ring: withoutDataLens },
    { eligible: true, knownBefore: true },
  ],
  [
    '… and it may not have this one',
    { ...forThis, ...barred, ring: withoutDataLens },
    { eligible: false, knownBefore: false },
  ],
  [
    '… and its namespace is shut out',
    { ...forAnother, ...shutOut, ring: withoutDataLens },
    { eligible: false, knownBefore: false },
  ],
  [
    'has a token whose seal cannot be checked',
    { ...forThis, ring: withoutPartner },
    { eligible: true, knownBefore: false },
  ],
  ['had the database, by its status', had, { eligible: true, knownBefore: true }],
  [
    'had another, by its status',
    { status: { database: { name: 'rival__x' } } },
    { eligible: true, knownBefore: false },
  ],
])('a rival that %s', (_name, situation, expected) => {
  expect(seenAs(situation)).toMatchObject(expected)
})
