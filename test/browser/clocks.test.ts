import { expect, test } from 'vitest'
import { hang, link } from './portal.ts'
import { useScenes } from './scene.ts'

const openScene = useScenes()

test('a sleeping tab wakes: all that is told at once brings one request', async () => {
  const scene = await openScene()
  await scene.show('a')
  await scene.setForward(250)
  await scene.wake()
  await scene.expect({ requests: 2, notes: ['a-1 loads', 'a-1 hears a-2'] })
  await scene.wake()
  await scene.expect({ requests: 2, notes: ['a-1 loads', 'a-1 hears a-2'] })
  expect(await scene.states('a')).toEqual(['loading', 'live'])
})

test('a tab that slept for longer than its token lives: one request, one load', async () => {
  const scene = await openScene()
  await scene.show('a')
  await scene.setForward(8 * 3600)
  await scene.wake()
  await scene.expect({ requests: 2, notes: ['a-1 loads', 'a-2 loads'] })
  await scene.pass(239)
  await scene.expect({ requests: 2, notes: ['a-1 loads', 'a-2 loads'] })
  await scene.pass(1)
  await scene.expect({ requests: 3, notes: ['a-1 loads', 'a-2 loads', 'a-2 hears a-3'] })
  expect(await scene.states('a')).toEqual(['loading', 'live', 'expired', 'live reloads 1'])
})

test('a sleep that nobody tells of is noticed within half a minute', async () => {
  const scene = await openScene()
  await scene.show('a')
  await scene.setForward(8 * 3600)
  await scene.pass(30)
  await scene.expect({ requests: 2, notes: ['a-1 loads', 'a-2 loads'] })
})

test('a tab that slept in the midst of a request gives it up', async () => {
  const scene = await openScene()
  await scene.show('a')
  scene.portal.next.push(hang)
  await scene.pass(240)
  await scene.setForward(3600)
  await scene.wake()
  await scene.pass(1)
  await scene.expect({ requests: 3, notes: ['a-1 loads', 'a-2 loads'] })
})

test('a tab that is hidden is not hurried', async () => {
  const scene = await openScene()
  await scene.show('a')
  await scene.page.evaluate(() => {
    Object.defineProperty(document, 'visibilityState', { get: () => 'hidden', configurable: true })
  })
  await scene.setForward(250)
  await scene.wake()
  await scene.expect({ requests: 1, notes: ['a-1 loads'] })
  await scene.page.evaluate(() => {
    Object.defineProperty(document, 'visibilityState', { get: () => 'visible', configurable: true })
  })
  await scene.wake()
  await scene.expect({ requests: 2, notes: ['a-1 loads', 'a-1 hears a-2'] })
})

test.each([
  ['5 hours behind', '2026-07-06T05:00:00Z'],
  ['5 hours ahead', '2026-07-06T15:00:00Z'],
  ['years behind', '1990-01-01T00:00:00Z'],
])('a viewer’s clock %s changes nothing', async (_name, wallClock) => {
  const scene = await openScene(new Date(wallClock))
  scene.portal.next.push(
    link({}, new Date('2026-07-06T10:00:00Z')),
    link({}, new Date('2026-07-06T10:04:00Z')),
  )
  await scene.show('a')
  await scene.pass(239)
  await scene.expect({ requests: 1, notes: ['a-1 loads'] })
  await scene.pass(1)
  await scene.expect({ requests: 2, notes: ['a-1 loads', 'a-1 hears a-2'] })
  expect(await scene.states('a')).toEqual(['loading', 'live'])
})

test('a viewer’s clock that is set back by hours changes nothing', async () => {
  const scene = await openScene()
  await scene.show('a')
  await scene.setForward(-5 * 3600)
  await scene.wake()
  await scene.pass(239)
  await scene.expect({ requests: 1, notes: ['a-1 loads'] })
  await scene.pass(1)
  await scene.expect({ requests: 2, notes: ['a-1 loads', 'a-1 hears a-2'] })
})

test('one that is set forward by hours costs one request: the server’s clock tells that it was no sleep', async () => {
  const scene = await openScene()
  scene.portal.next.push(
    link({}, new Date('2026-07-06T10:00:00Z')),
    link({}, new Date('2026-07-06T10:01:30Z')),
  )
  await scene.show('a')
  await scene.pass(70)
  await scene.setForward(5 * 3600)
  await scene.pass(20)
  await scene.expect({ requests: 2, notes: ['a-1 loads', 'a-1 hears a-2'] })
  await scene.pass(239)
  await scene.expect({ requests: 2, notes: ['a-1 loads', 'a-1 hears a-2'] })
  expect(await scene.states('a')).toEqual(['loading', 'live', 'expired', 'live'])
})
