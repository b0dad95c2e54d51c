import { beforeEach, describe, expect, test } from 'vitest'
import type { ConnectorTenant } from '../../../src/api/connector-tenant.ts'
import type { Secret } from '../../../src/api/core-objects.ts'
import { tenantIndex } from '../../../src/api/names.ts'
import { keyOf } from '../../../src/api/object.ts'
import type { PartnerKey } from '../../../src/api/partner-key.ts'
import { concernedTenants, type ConcernedTenants } from '../../../src/operator/kinds/concerned-tenants.ts'
import { Store } from '../../../src/runtime/cache/store.ts'
import { createLogger } from '../../../src/telemetry/log.ts'
import { KeyRing } from '../../../src/token/key-ring.ts'
import { aTenant, testRing, tokenSecret } from '../../builders/tenant-observed.ts'

const log = createLogger({ level: 'silent' })
const { tenant, partnerKey } = aTenant().wasReady().build()
let secrets: Store<Secret>
let concerned: ConcernedTenants

const rolling = (admittedPermille: number): PartnerKey => ({
  ...partnerKey!,
  spec: { ...partnerKey!.spec, keyVersion: 2 },
  status: {
    current: '1:1',
    target: '1:2',
    rollout: { phase: 'Rolling', updated: 0, total: 1, failed: 0, skipped: 0, admittedPermille },
  },
})

const named = (name: string, pair: string, type?: string): Secret => {
  const secret = tokenSecret(pair)
  const metadata = { ...secret.metadata, name, uid: `uid-${name}` }
  return { ...secret, ...(type === undefined ? {} : { type }), metadata }
}

beforeEach(() => {
  secrets = new Store<Secret>({ name: 'secrets', log })
  secrets.addIndex('tenant', tenantIndex)
  const partnerKeys = new Store<PartnerKey>({ name: 'partner keys', log })
  partnerKeys.noteWrite(rolling(1000))
  const keyRing = new KeyRing()
  keyRing.put(keyOf(partnerKey!), testRing)
  concerned = concernedTenants(secrets, partnerKeys, keyRing)
})

/** Whether the tenant is woken when it is admitted. */
const isWoken = (who: ConnectorTenant = tenant): boolean | undefined =>
  concerned.pairMoves(rolling(0), rolling(1000))?.(who)

describe('a tenant that is admitted', () => {
  test.each<[string, readonly Secret[], boolean]>([
    ['with a token of the former pair: woken', [named('acme-datalens', '1:1')], true],
    ['with a token of the new pair: not woken', [named('acme-datalens', '1:2')], false],
    [
      'with a decoy of the new pair before it: woken',
      [named('a', '1:2'), named('acme-datalens', '1:1')],
      true,
    ],
    ['with a decoy of the former pair: not woken', [named('a', '1:1'), named('acme-datalens', '1:2')], false],
    [
      'with its token under another name, and a decoy: woken',
      [named('a', '1:2'), named('former', '1:1')],
      true,
    ],
    [
      'with a Secret of another type under the name: what else it has counts',
      [named('acme-datalens', '1:2', 'Opaque'), named('former', '1:1')],
      true,
    ],
    ['without any: woken', [], true],
  ])('%s', (_, held, woken) => {
    for (const secret of held) secrets.noteWrite(secret)
    expect(isWoken()).toBe(woken)
  })
})

test('a key that has come concerns whoever may hold a token of it, whatever decoy is before it', () => {
  secrets.noteWrite(named('a', '1:2'))
  secrets.noteWrite(named('former', '1:1'))
  const added = { partner: new Set([1]), dataLens: new Set<number>() }
  expect(concerned.needsKeys(keyOf(partnerKey!), added)(tenant)).toBe(true)
})
