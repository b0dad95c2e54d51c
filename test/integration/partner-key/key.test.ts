import { createPrivateKey, createPublicKey } from 'node:crypto'
import { beforeEach, describe, expect, test } from 'vitest'
import { dataOf, encodeData } from '../../../src/api/core-objects.ts'
import { labels, secretTypes } from '../../../src/api/labels.ts'
import { eventually } from '../../time/eventually.ts'
import { startKeeper, type Place } from './keeper.ts'
import { answered, useScene } from './scene.ts'

const forever = new AbortController().signal
const scene = useScene()
const { keeper, keySecret, fingerprints } = scene
let place: Place

beforeEach(() => {
  ;({ place } = scene)
})

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
      const started = await startKeeper(place.namespace, scene.transport)
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
