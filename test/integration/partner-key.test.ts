import { createPrivateKey, createPublicKey, generateKeyPairSync } from 'node:crypto'
import { afterAll, beforeAll, beforeEach, describe, expect, onTestFinished, test } from 'vitest'
import { isTrue } from '../../src/api/conditions.ts'
import { dataOf, encodeData } from '../../src/api/core-objects.ts'
import { labels, secretTypes } from '../../src/api/labels.ts'
import { KubeError } from '../../src/kube/errors.ts'
import type { Transport } from '../../src/kube/call/transport.ts'
import type { PartnerKeyDeps } from '../../src/partner-key/controller.ts'
import { readLedger } from '../../src/partner-key/keys/ledger.ts'
import { makeTestCertificate } from '../proxies/test-certificate.ts'
import { eventually, uniqueNamespace } from '../cluster/cluster.ts'
import { applyCrds } from '../cluster/deploy.ts'
import { openTransport, Place, rsa, startKeeper, type Keeper } from './partner-key/keeper.ts'

const forever = new AbortController().signal
let transport: Transport
let place: Place

beforeAll(async () => {
  transport = openTransport()
  await applyCrds()
})
afterAll(() => transport.close())
beforeEach(async () => {
  place = new Place(await uniqueNamespace('pkey'), transport)
  await place.connect()
})

async function keeper(options: Parameters<typeof startKeeper>[2] = {}): Promise<Keeper> {
  const started = await startKeeper(place.namespace, transport, options)
  onTestFinished(() => started.stop())
  return started
}

const dataLens = rsa()
const answered = { keyVersion: 1, publicKey: dataLens.public }
const keySecret = (version: number) => place.secrets.get(place.key(`acme-partner-v${version}`), forever)
const fingerprints = async (): Promise<Record<string, string>> => {
  const { entries, damage } = readLedger(await place.ledger())
  expect(damage).toEqual([])
  return Object.fromEntries(entries.map(entry => [`${entry.side} ${entry.version}`, entry.fingerprint]))
}

describe('a key', () => {
  test('is generated, kept in an immutable Secret without owner, recorded, and handed over', async () => {
    const { keyRing } = await keeper()
    await place.apply()
    await place.is('Ready', 'True HandoverReady')
    await place.is('Minting', 'False AwaitingDataLens')
    const secret = await keySecret(1)
    expect(secret).toMatchObject({ type: secretTypes.partnerKey, immutable: true })
    expect(secret?.metadata.ownerReferences).toBeUndefined()
    expect(secret?.metadata.labels).toMatchObject({
      [labels.partnerKey]: 'acme',
      [labels.managedBy]: 'lenskeeper',
    })
    const pem = secret === undefined ? '' : (dataOf(secret, 'private.pem') ?? '')
    expect(pem).toMatch(/^-----BEGIN RSA PRIVATE KEY-----/)
    const own = createPublicKey(createPrivateKey(pem)).export({ type: 'spki', format: 'pem' }).toString()
    expect(secret === undefined ? '' : dataOf(secret, 'public.pem')).toBe(own)
    const handover = await place.configMaps.get(place.key('acme-handover'), forever)
    const recorded = await fingerprints()
    expect(handover?.data).toMatchObject({
      keyVersion: '1',
      fingerprint: recorded['Partner 1'],
      'public.pem': own,
      hosts: 'ch.acme.example',
      port: '8443',
      user: 'datalens',
      passwordSecret: 'default-reader',
    })
    expect(Object.keys(recorded)).toEqual(['Partner 1'])
    expect([...(keyRing.get(place.key('acme'))?.partner.keys() ?? [])]).toEqual([1])
  })

  test('of DataLens is recorded, and the first pair is current at once', async () => {
    await keeper()
    await place.apply({ dataLens: answered })
    await place.is('RolledOut', 'True RolledOut')
    await place.is('Minting', 'False ConnectionNotReady')
    expect(Object.keys(await fingerprints()).sort()).toEqual(['DataLens 1', 'Partner 1'])
    const { status } = (await place.partnerKeys.get(place.key('acme'), forever)) ?? {}
    expect(status).toMatchObject({ current: '1:1', target: '1:1', rollout: { phase: 'Complete' } })
  })

  test('survives its PartnerKey, and is found again', async () => {
    await keeper()
    await place.apply({ dataLens: answered })
    await place.is('Ready', 'True Ready')
    const before = await fingerprints()
    await place.partnerKeys.delete(place.key('acme'), {}, forever)
    await eventually(async () => (await place.partnerKeys.get(place.key('acme'), forever)) === undefined)
    await place.apply({ dataLens: answered })
    await place.is('Ready', 'True Ready')
    expect(await fingerprints()).toEqual(before)
  })

  test('is not made anew when its Secret is gone, and is taken back when that is restored', async () => {
    const { keyRing } = await keeper()
    await place.apply({ dataLens: answered })
    await place.is('Ready', 'True Ready')
    const secret = await keySecret(1)
    const before = await fingerprints()
    await place.secrets.delete(place.key('acme-partner-v1'), {}, forever)
    expect(await place.is('Ready', 'False KeyLost')).toContain(before['Partner 1'])
    await place.is('Stalled', 'True KeyLost')
    expect(await keySecret(1)).toBeUndefined()
    expect(keyRing.get(place.key('acme'))?.partner.size).toBe(0)
    const { name, namespace, labels: kept = {} } = secret?.metadata ?? { name: '' }
    await place.secrets.create(
      { ...secret, metadata: { name, namespace: namespace ?? '', labels: kept } },
      forever,
    )
    await place.is('Ready', 'True Ready')
    expect(await fingerprints()).toEqual(before)
    expect(keyRing.get(place.key('acme'))?.partner.size).toBe(1)
  })

  test('that was lost can be rotated away from', async () => {
    await keeper()
    await place.apply({ dataLens: answered })
    await place.is('Ready', 'True Ready')
    await place.secrets.delete(place.key('acme-partner-v1'), {}, forever)
    await place.is('Ready', 'False KeyLost')
    await place.apply({ keyVersion: 2, dataLens: answered })
    await place.is('Ready', 'True Ready')
    await place.apply({ keyVersion: 1, dataLens: answered })
    await place.is('Ready', 'False KeyLost')
  })

  test('that accepts names and nobody has is lost', async () => {
    await keeper()
    const accepts = [{ keyVersion: 1, fingerprint: `SHA256:${'A'.repeat(43)}` }]
    await place.apply({ dataLens: { ...answered, accepts } })
    await place.is('Ready', 'False KeyLost')
    expect(await keySecret(1)).toBeUndefined()
  })

  test('that only tenants’ Secrets still tell of is lost, again and again', async () => {
    await place.tenants.create(
      {
        metadata: place.named('tenant'),
        spec: { partnerKeyRef: { name: 'acme' }, database: 'client_1' } as never,
      },
      forever,
    )
    await place.secrets.create(
      {
        metadata: {
          ...place.named('tenant-datalens'),
          labels: {
            [labels.managedBy]: 'lenskeeper',
            [labels.tenant]: 'tenant',
            [labels.partnerKey]: 'acme',
          },
        },
        type: secretTypes.connectorToken,
        data: encodeData({ token: '1:1:Y2lwaGVy:c2lnbmF0dXJl' }),
      },
      forever,
    )
    for (const round of [1, 2]) {
      const started = await startKeeper(place.namespace, transport)
      await place.apply({ dataLens: answered, rollout: { maxFailures: round } as never })
      await place.is('Ready', 'False KeyLost')
      await started.stop()
    }
    expect(await keySecret(1)).toBeUndefined()
    expect(Object.keys(await place.ledger())).toEqual(['datalens.v1'])
  })

  test('not confirmed by DataLens is staged and handed over, and nothing is minted with it', async () => {
    await keeper()
    await place.apply({ dataLens: answered })
    await place.is('RolledOut', 'True RolledOut')
    const before = await fingerprints()
    const accepts = [{ keyVersion: 1, fingerprint: before['Partner 1'] ?? '' }]
    await place.apply({ keyVersion: 2, dataLens: { ...answered, accepts } })
    await place.is('RolledOut', 'False AwaitingDataLens')
    const after = await fingerprints()
    const handover = await place.configMaps.get(place.key('acme-handover'), forever)
    expect(handover?.data).toMatchObject({ keyVersion: '2', fingerprint: after['Partner 2'] })
    const status = (await place.partnerKeys.get(place.key('acme'), forever))?.status
    expect(status?.rollout?.phase).toBe('AwaitingDataLens')
    expect(status?.keys?.find(({ side, version }) => side === 'Partner' && version === 2)?.state).toBe(
      'Staged',
    )
    await place.apply({
      keyVersion: 2,
      dataLens: {
        ...answered,
        accepts: [...accepts, { keyVersion: 2, fingerprint: after['Partner 2'] ?? '' }],
      },
    })
    await place.is('RolledOut', 'True RolledOut')
  })
})

describe('a brought key', () => {
  const bring = (keyVersion = 1) =>
    place.apply({ keyVersion, privateKeySecretRef: { name: 'byo', key: 'private.pem' } })

  test.each(['pkcs1', 'pkcs8'] as const)(
    'as %s is copied once, and its source is not read after that',
    async form => {
      await keeper()
      const pems = rsa()
      await bring()
      await place.is('Ready', 'False PrivateKeySecretMissing')
      await place.secret('byo', { 'private.pem': pems[form] })
      await place.is('Ready', 'True HandoverReady')
      const secret = await keySecret(1)
      expect(secret === undefined ? '' : dataOf(secret, 'private.pem')).toBe(pems.pkcs1)
      const before = await fingerprints()
      await place.secret('byo', { 'private.pem': rsa().pkcs1 })
      await place.connections.mergePatch(place.key('default'), { spec: { handover: { port: 9 } } }, forever)
      await eventually(async () => {
        const handover = await place.configMaps.get(place.key('acme-handover'), forever)
        return handover?.data?.['port'] === '9'
      })
      await place.is('Ready', 'True HandoverReady')
      expect(await fingerprints()).toEqual(before)
    },
  )

  const ec = generateKeyPairSync('ec', { namedCurve: 'P-256' }).privateKey
  const encrypted = generateKeyPairSync('rsa', { modulusLength: 2048 }).privateKey
  test.each<readonly [string, () => string | Promise<string>, RegExp]>([
    ['of 1024 bits', () => rsa(1024).pkcs1, /1024 bits/],
    ['on an elliptic curve', () => ec.export({ type: 'sec1', format: 'pem' }).toString(), /not an RSA key/],
    ['in PKCS#8 on a curve', () => ec.export({ type: 'pkcs8', format: 'pem' }).toString(), /not an RSA key/],
    ['that is public', () => rsa().public, /public key/],
    ['that is a certificate', () => makeTestCertificate().certPem, /certificate/],
    [
      'under a passphrase',
      () =>
        encrypted.export({ type: 'pkcs8', format: 'pem', cipher: 'aes-256-cbc', passphrase: 'x' }).toString(),
      /encrypted/,
    ],
    ['that is no PEM', () => 'hello', /not PEM/],
  ])('%s is refused for what it is, and mended by a better one', async (_what, make, says) => {
    await keeper()
    const pem = await make()
    await place.secret('byo', { 'private.pem': pem })
    await bring()
    expect(await place.is('Ready', 'False KeyInvalid')).toMatch(says)
    expect(await keySecret(1)).toBeUndefined()
    expect(await place.ledger()).toEqual({})
    await place.secret('byo', { 'private.pem': rsa().pkcs1 })
    await place.is('Ready', 'True HandoverReady')
  })

  test('under another name in its Secret is missed by name', async () => {
    await keeper()
    await place.secret('byo', { 'tls.key': rsa().pkcs1 })
    await bring()
    expect(await place.is('Ready', 'False PrivateKeySecretMissing')).toContain('"private.pem"')
  })

  test('that has a version already does not get another', async () => {
    await keeper()
    await place.secret('byo', { 'private.pem': rsa().pkcs1 })
    await bring(1)
    await place.is('Ready', 'True HandoverReady')
    await bring(2)
    expect(await place.is('Ready', 'False KeyInvalid')).toContain('version 1')
    expect(await keySecret(2)).toBeUndefined()
  })

  test('brings a lost one back, and nothing but that one', async () => {
    await keeper()
    const pems = rsa()
    await place.secret('byo', { 'private.pem': pems.pkcs1 })
    await bring()
    await place.is('Ready', 'True HandoverReady')
    await place.secret('byo', { 'private.pem': rsa().pkcs1 })
    await place.secrets.delete(place.key('acme-partner-v1'), {}, forever)
    await place.is('Ready', 'False KeyVersionReused')
    await place.secret('byo', { 'private.pem': pems.pkcs8 })
    await place.is('Ready', 'True HandoverReady')
  })
})

describe('the ledger', () => {
  const ledgerKey = () => place.key('acme-keys')
  const ready = async () => {
    const started = await keeper()
    await place.apply({ dataLens: answered })
    await place.is('Ready', 'True Ready')
    return started
  }

  test('deleted by hand is put back as it was', async () => {
    await ready()
    const before = await fingerprints()
    await place.configMaps.delete(ledgerKey(), {}, forever)
    await eventually(async () => Object.keys(await place.ledger()).length === 2)
    expect(await fingerprints()).toEqual(before)
    await place.is('Ready', 'True Ready')
  })

  test('with text of somebody else’s in it is damaged until that is gone', async () => {
    const { keyRing } = await ready()
    await place.configMaps.mergePatch(ledgerKey(), { data: { notes: 'do not touch' } }, forever)
    expect(await place.is('Ready', 'False LedgerDamaged')).toContain('"notes"')
    await place.is('Stalled', 'True LedgerDamaged')
    expect(keyRing.get(place.key('acme'))?.partner.size).toBe(1)
    await place.apply({ keyVersion: 2, dataLens: answered })
    await place.is('Ready', 'False LedgerDamaged')
    expect(await keySecret(2)).toBeUndefined()
    await place.configMaps.mergePatch(ledgerKey(), { data: { notes: null } }, forever)
    await place.is('Ready', 'True Ready')
  })

  test('that lost an entry gets it back from the key Secret', async () => {
    await ready()
    const before = await fingerprints()
    await place.configMaps.mergePatch(ledgerKey(), { data: { 'partner.v1': null } }, forever)
    await eventually(async () => (await place.ledger())['partner.v1'])
    expect(await fingerprints()).toEqual(before)
  })

  test('without our labels is still the ledger, and gets them back', async () => {
    await ready()
    const before = await fingerprints()
    await place.configMaps.mergePatch(ledgerKey(), { metadata: { labels: null } }, forever)
    await eventually(
      async () => (await place.configMaps.get(ledgerKey(), forever))?.metadata.labels?.[labels.partnerKey],
    )
    expect(await fingerprints()).toEqual(before)
  })

  test('keeps DataLens’s old key when another comes under its version', async () => {
    const { keyRing } = await ready()
    const before = await fingerprints()
    const other = rsa().public
    await place.apply({ dataLens: { keyVersion: 1, publicKey: other } })
    expect(await place.is('Ready', 'False KeyVersionReused')).toContain(before['DataLens 1'])
    await place.is('RolledOut', 'True RolledOut')
    expect(await fingerprints()).toEqual(before)
    expect(keyRing.get(place.key('acme'))?.dataLens.get(1)?.fingerprint).toBe(before['DataLens 1'])
    await place.apply({ dataLens: { keyVersion: 2, publicKey: other } })
    await place.is('Ready', 'True Ready')
  })

  test('knows DataLens’s key under another version', async () => {
    await ready()
    await place.apply({ dataLens: { keyVersion: 2, publicKey: dataLens.public } })
    expect(await place.is('Ready', 'False KeyInvalid')).toContain('version 1')
  })

  test('is somebody else’s when it has neither label nor entries', async () => {
    await place.configMaps.create({ metadata: place.named('acme-keys'), data: { a: 'b' } }, forever)
    await keeper()
    await place.apply()
    await place.is('Ready', 'False SecretConflict')
    expect(await place.ledger()).toEqual({ a: 'b' })
    expect(await keySecret(1)).toBeUndefined()
  })
})

describe('what is of somebody else', () => {
  test('a Secret of the key’s name is left alone', async () => {
    await place.secret('acme-partner-v1', { x: 'y' })
    await keeper()
    await place.apply()
    expect(await place.is('Ready', 'False SecretConflict')).toContain('"acme-partner-v1"')
    expect((await keySecret(1))?.data).toEqual(encodeData({ x: 'y' }))
  })

  test('a ConfigMap of the hand-over’s name is left alone', async () => {
    await place.configMaps.create({ metadata: place.named('acme-handover'), data: { a: 'b' } }, forever)
    await keeper()
    await place.apply()
    await place.is('Ready', 'False SecretConflict')
    expect((await place.configMaps.get(place.key('acme-handover'), forever))?.data).toEqual({ a: 'b' })
  })

  test('a hand-over edited by hand is put right', async () => {
    await keeper()
    await place.apply()
    await place.is('Ready', 'True HandoverReady')
    const patch = { data: { hosts: 'evil.example', more: 'x', user: null } }
    await place.configMaps.mergePatch(place.key('acme-handover'), patch, forever)
    await eventually(async () => {
      const data = (await place.configMaps.get(place.key('acme-handover'), forever))?.data
      return (
        data?.['hosts'] === 'ch.acme.example' && data['user'] === 'datalens' && data['more'] === undefined
      )
    })
  })
})

test('a PartnerKey waits for its connection, and goes on when that comes', async () => {
  await place.connections.delete(place.key('default'), {}, forever)
  await keeper()
  await place.apply()
  await place.is('Ready', 'False ConnectionNotFound')
  await place.is('Reconciling', 'True ConnectionNotFound')
  await place.connect()
  await place.is('Ready', 'True HandoverReady')
})

test('an operator of some namespaces takes no selector of namespaces', async () => {
  await keeper()
  const namespaces = { from: 'Selector' as const, selector: { matchLabels: { a: 'b' } } }
  await place.apply({ tenants: { namespaces, databases: ['x_*'], allowDrop: false, assignments: [] } })
  await place.is('Ready', 'False SelectorNotSupported')
})

test('in a dry run nothing is made, and it is said what would be', async () => {
  await keeper({ observing: true })
  await place.apply()
  const said = await eventually(async () => {
    const conditions = (await place.partnerKeys.get(place.key('acme'), forever))?.status?.conditions
    return conditions?.find(({ type }) => type === 'Ready')?.message
  })
  expect(said).toContain('create the key Secret of version 1')
  expect(await keySecret(1)).toBeUndefined()
  expect(await place.ledger()).toEqual({})
})

test('Events tell of a key that was made, and of being ready', async () => {
  const { events } = await keeper()
  await place.apply()
  await place.is('Ready', 'True HandoverReady')
  expect(events.map(({ reason }) => reason)).toEqual(['KeyGenerated', 'HandoverReady'])
})

describe('stopped before or after any write', () => {
  test.each(['before', 'after'] as const)(
    '%s: the same end, one key, never an entry without its Secret',
    async side => {
      for (let stopAt = 1; ; stopAt++) {
        const name = `stop-${side}-${stopAt}`
        const guillotine = new Guillotine(stopAt, side)
        const first = await startKeeper(place.namespace, transport, {
          intercept: deps => guillotine.guard(deps),
        })
        await place.apply({ dataLens: answered }, name)
        await eventually(async () => guillotine.fell || (await isReady(name)), { what: 'the stop' })
        await first.stop()
        const entries = Object.keys(await place.ledger(name)).filter(entry => entry.startsWith('partner.'))
        const made = await place.secrets.get(place.key(`${name}-partner-v1`), forever)
        if (entries.length > 0) expect(made).toBeDefined()

        const second = await startKeeper(place.namespace, transport)
        await place.is('Ready', 'True Ready', name)
        await second.stop()
        const end = await place.secrets.get(place.key(`${name}-partner-v1`), forever)
        if (made !== undefined) expect(end?.metadata.uid).toBe(made.metadata.uid)
        expect(Object.keys(await place.ledger(name)).sort()).toEqual(['datalens.v1', 'partner.v1'])
        await place.partnerKeys.delete(place.key(name), {}, forever)
        if (!guillotine.fell) return expect(stopAt).toBeGreaterThan(4)
      }
    },
  )

  async function isReady(name: string): Promise<boolean> {
    const found = await place.partnerKeys.get(place.key(name), forever)
    return isTrue(found?.status?.conditions, 'Ready')
  }
})

/** Lets so many writes through, and then none: before the next one is sent, or after it was carried out. */
class Guillotine {
  fell = false
  #left: number
  readonly #side: 'before' | 'after'

  constructor(stopAt: number, side: 'before' | 'after') {
    this.#left = stopAt
    this.#side = side
  }

  guard(deps: PartnerKeyDeps): PartnerKeyDeps {
    return {
      ...deps,
      secretClient: this.#around(deps.secretClient),
      configMapClient: this.#around(deps.configMapClient),
      partnerKeyClient: this.#around(deps.partnerKeyClient),
    }
  }

  #around<C extends object>(client: C): C {
    const writes = new Set<string | symbol>(['create', 'mergePatch', 'mergePatchStatus', 'patchStatus'])
    return new Proxy(client, {
      get: (target, name) => {
        const method: unknown = Reflect.get(target, name)
        if (typeof method !== 'function') return method
        const call = (...args: unknown[]): unknown => Reflect.apply(method, target, args)
        return writes.has(name) ? (...args: unknown[]) => this.#cut(async () => await call(...args)) : call
      },
    })
  }

  async #cut(write: () => Promise<unknown>): Promise<unknown> {
    this.#left -= 1
    if (this.#left > 0) return await write()
    if (this.#left === 0 && this.#side === 'after') await write()
    this.fell = true
    throw new KubeError('unavailable', 'the process is gone', { retryable: true })
  }
}
