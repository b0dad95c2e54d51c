import { beforeEach, describe, expect, test } from 'vitest'
import { labels } from '../../../src/api/labels.ts'
import { eventually } from '../../time/eventually.ts'
import { rsa, type Place } from './keeper.ts'
import { answered, dataLens, useScene } from './scene.ts'

const forever = new AbortController().signal
const scene = useScene()
const { keeper, keySecret, fingerprints } = scene
let place: Place

beforeEach(() => {
  ;({ place } = scene)
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
