import { describe, expect, test } from 'vitest'
import { eventually } from '../time/eventually.ts'
import { hang, link, reset, status } from './portal.ts'
import { useScenes } from './scene.ts'

const openScene = useScenes()

/** What befalls the refresh after 240 s, and what the page hears of it. */
const passing = [
  ['500', status(500), 'retrying status 500'],
  ['404, as in the midst of a deployment', status(404), 'retrying status 404'],
  ['a reset connection', reset, 'retrying network'],
  ['an answer without a token', link({ token: '' }), 'retrying answer'],
  ['a page of HTML', status(200, { 'Content-Type': 'text/html' }), 'retrying answer'],
] as const

test.each(passing)(
  '%s is followed by another request after a second, and the frame stays',
  async (_name, reply, state) => {
    const scene = await openScene()
    await scene.show('a')
    scene.portal.next.push(reply, reply)
    await scene.pass(240)
    await scene.expect({ requests: 2, notes: ['a-1 loads'] })
    await scene.pass(0.9)
    await scene.expect({ requests: 2, notes: ['a-1 loads'] })
    await scene.pass(0.1)
    await scene.expect({ requests: 3, notes: ['a-1 loads'] })
    await scene.pass(2)
    const { notes } = scene.datalens
    await eventually(() => notes.length === 2, { what: 'the new token arrives' })
    expect(notes.at(-1)).toMatch(/^a-1 hears a-\d$/)
    await scene.expect({ requests: 4, notes: [...notes] })
    expect(await scene.states('a')).toEqual(['loading', 'live', state, 'live'])
  },
)

test('a request that hangs is given up after 15 s, and none runs beside it', async () => {
  const scene = await openScene()
  await scene.show('a')
  scene.portal.next.push(hang)
  await scene.pass(240)
  await scene.wake()
  await scene.refresh('a')
  await scene.pass(14)
  await scene.expect({ requests: 2, notes: ['a-1 loads'] })
  expect(scene.portal.givenUp).toBe(0)
  await scene.pass(1)
  await eventually(() => scene.portal.givenUp === 1, { what: 'the request is given up' })
  await scene.pass(1)
  await scene.expect({ requests: 3, notes: ['a-1 loads', 'a-1 hears a-2'] })
  expect(await scene.states('a')).toEqual(['loading', 'live', 'retrying timeout', 'live'])
})

describe('429', () => {
  test.each([
    ['seconds', '20'],
    ['a date, by the server’s clock', 'Mon, 06 Jul 2026 10:00:20 GMT'],
  ])('with Retry-After as %s is obeyed, whoever wakes meanwhile', async (_name, retryAfter) => {
    const scene = await openScene()
    await scene.show('a')
    scene.portal.next.push(status(429, { 'Retry-After': retryAfter, Date: 'Mon, 06 Jul 2026 10:00:00 GMT' }))
    await scene.pass(240)
    await scene.pass(10)
    await scene.wake()
    await scene.pass(9.9)
    await scene.expect({ requests: 2, notes: ['a-1 loads'] })
    await scene.pass(0.1)
    await scene.expect({ requests: 3, notes: ['a-1 loads', 'a-1 hears a-2'] })
    expect(await scene.states('a')).toEqual(['loading', 'live', 'retrying status 429', 'live'])
  })
})

test('401 in mid-life: no more requests, and the frame goes when its token ends', async () => {
  const scene = await openScene()
  await scene.show('a')
  scene.portal.next.push(status(401))
  await scene.pass(240)
  await scene.wake()
  await scene.pass(59)
  expect(await scene.page.locator('iframe').count()).toBe(1)
  await scene.pass(1)
  expect(await scene.page.locator('iframe').count()).toBe(0)
  await scene.wake()
  await scene.pass(3600)
  await scene.expect({ requests: 2, notes: ['a-1 loads'] })
  expect(await scene.states('a')).toEqual(['loading', 'live', 'denied status 401', 'denied status 401 empty'])

  await scene.refresh('a')
  await scene.expect({ requests: 3, notes: ['a-1 loads', 'a-2 loads'] })
  expect((await scene.states('a')).slice(4)).toEqual(['expired', 'live reloads 1'])
})

test('403 at once: nothing is shown, and nothing asked again', async () => {
  const scene = await openScene()
  scene.portal.next.push(status(403))
  await scene.mount('a')
  await scene.expect({ requests: 1, notes: [] })
  await scene.wake()
  await scene.pass(600)
  await scene.expect({ requests: 1, notes: [] })
  expect(await scene.states('a')).toEqual(['loading', 'denied status 403 empty'])
})

test('an endpoint that is not there is asked once', async () => {
  const scene = await openScene()
  scene.portal.next.push(status(404))
  await scene.mount('a')
  await scene.expect({ requests: 1, notes: [] })
  await scene.wake()
  await scene.pass(600)
  await scene.expect({ requests: 1, notes: [] })
  expect(await scene.states('a')).toEqual(['loading', 'failed status 404'])
})

test('offline and back: one request when the network is', async () => {
  const scene = await openScene()
  await scene.show('a')
  const context = scene.page.context()
  await context.setOffline(true)
  await scene.pass(240)
  for (const seconds of [1, 2, 4, 8]) await scene.pass(seconds)
  await scene.pass(3)
  expect(await scene.states('a')).toEqual(['loading', 'live', 'retrying network'])
  await scene.expect({ requests: 1, notes: ['a-1 loads'] })

  // 13 s of a wait of 16 s are left.
  await context.setOffline(false)
  await scene.expect({ requests: 2, notes: ['a-1 loads', 'a-1 hears a-2'] })
  expect(await scene.states('a')).toEqual(['loading', 'live', 'retrying network', 'live'])
})
