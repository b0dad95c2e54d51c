import { beforeEach, describe, expect, test } from 'vitest'
import { encodeData } from '../../../src/api/core-objects.ts'
import { eventually } from '../../time/eventually.ts'
import type { Place } from './keeper.ts'
import { useScene } from './scene.ts'

const forever = new AbortController().signal
const scene = useScene()
const { keeper, keySecret } = scene
let place: Place

beforeEach(() => {
  ;({ place } = scene)
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
