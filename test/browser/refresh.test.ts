import { expect, test } from 'vitest'
import { link, status } from './portal.ts'
import { useScenes } from './scene.ts'

const openScene = useScenes()

test('a refresh keeps the frame: one load in an hour', async () => {
  const scene = await openScene()
  await scene.show('a')
  const heard = ['a-1 loads']
  for (let number = 2; number <= 16; number++) {
    await scene.pass(240)
    heard.push(`a-1 hears a-${number}`)
    await scene.expect({ requests: number, notes: heard })
  }
  expect(await scene.states('a')).toEqual(['loading', 'live'])
  expect(scene.portal.requests[0]).toMatchObject({
    method: 'POST',
    headers: { 'x-lens-embed': '1', 'sec-fetch-site': 'same-origin' },
    body: '',
  })
})

test('a token that ended before a new one came: one load more, and the page is told', async () => {
  const scene = await openScene()
  await scene.show('a')
  scene.portal.next.push(status(500), status(500), status(500), status(500), status(500))
  await scene.pass(240)
  for (const seconds of [1, 2, 4, 8]) await scene.pass(seconds)
  await scene.expect({ requests: 6, notes: ['a-1 loads'] })
  scene.portal.next.push(status(500), status(500))
  await scene.pass(16)
  await scene.pass(29)
  await scene.expect({ requests: 7, notes: ['a-1 loads'] })
  await scene.pass(1)
  await scene.expect({ requests: 8, notes: ['a-1 loads'] })
  await scene.pass(30)
  await scene.expect({ requests: 9, notes: ['a-1 loads', 'a-2 loads'] })
  await scene.pass(240)
  await scene.expect({ requests: 10, notes: ['a-1 loads', 'a-2 loads', 'a-2 hears a-3'] })
  expect(await scene.states('a')).toEqual([
    'loading',
    'live',
    'retrying status 500',
    'expired status 500',
    'live reloads 1',
  ])
  // The one before is not in the history, for the viewer to go back to.
  expect(await scene.page.evaluate(() => history.length)).toBe(2)
})

test('a frame that loads again is told the newest token', async () => {
  const scene = await openScene()
  await scene.show('a')
  await scene.pass(240)
  const frame = scene.page.frames()[1]
  await frame?.evaluate(() => location.reload()).catch(() => undefined)
  await scene.expect({ requests: 2, notes: ['a-1 loads', 'a-1 hears a-2', 'a-1 loads', 'a-1 hears a-2'] })
  // It may not have listened yet.
  await scene.pass(1)
  expect(scene.datalens.notes.slice(4)).toEqual(['a-1 hears a-2'])
})

test('a frame that loads again with a token that has ended gets one that has not', async () => {
  const scene = await openScene()
  await scene.show('a')
  await scene.pass(240)
  await scene.pass(70)
  await scene.page
    .frames()[1]
    ?.evaluate(() => location.reload())
    .catch(() => undefined)
  await scene.expect({ requests: 2, notes: ['a-1 loads', 'a-1 hears a-2', 'a-1 loads', 'a-2 loads'] })
  expect(await scene.states('a')).toEqual(['loading', 'live', 'live reloads 1'])
})

test('a frame that was navigated away gets nothing', async () => {
  const scene = await openScene()
  await scene.show('a', { autoHeight: true })
  await scene.page.frames()[1]?.goto(`${scene.elsewhere.url}/elsewhere`)
  for (let passed = 0; passed < 10; passed++) await scene.pass(24)
  await scene.pass(40)
  await scene.expect({ requests: 2, notes: ['a-1 loads'] })
  expect([...scene.elsewhere.notes, ...scene.elsewhere.questions]).toEqual(['no token loads'])
  expect(await scene.page.locator('iframe').getAttribute('style')).toContain('height: 100%')
})

test('the page asks for a token, once at a time', async () => {
  const scene = await openScene()
  await scene.show('a')
  await scene.page.evaluate(() => {
    for (let time = 0; time < 5; time++) window.embeds['a']?.refresh()
  })
  await scene.expect({ requests: 2, notes: ['a-1 loads', 'a-1 hears a-2'] })
})

test('an address that would run in the page is refused', async () => {
  const scene = await openScene()
  scene.portal.next.push(link({ token: 'x', url: 'javascript:document.title="x"' }))
  await scene.mount('a')
  await scene.expect({ requests: 1, notes: [] })
  expect(await scene.states('a')).toEqual(['loading', 'failed address'])
  expect(await scene.page.locator('iframe').count()).toBe(0)
})
