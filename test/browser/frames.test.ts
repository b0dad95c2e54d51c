import { expect, test } from 'vitest'
import { eventually } from '../time/eventually.ts'
import { hang } from './portal.ts'
import { useScenes, type Scene } from './scene.ts'

const openScene = useScenes()

test('two frames of two tenants: each hears of its own tokens only', async () => {
  const scene = await openScene()
  await scene.show('acme')
  await scene.show('globex')
  await scene.pass(240)
  await eventually(() => scene.datalens.notes.length === 4, { what: 'both are refreshed' })
  await scene.pass(240)
  await eventually(() => scene.datalens.notes.length === 6, { what: 'both are refreshed again' })
  await scene.settled()
  expect(scene.datalens.notes.toSorted()).toEqual([
    'acme-1 hears acme-2',
    'acme-1 hears acme-3',
    'acme-1 loads',
    'globex-1 hears globex-2',
    'globex-1 hears globex-3',
    'globex-1 loads',
  ])
  expect(scene.portal.requests.map(({ url }) => url).toSorted()).toEqual([
    ...Array.from({ length: 3 }, () => '/api/embed/acme'),
    ...Array.from({ length: 3 }, () => '/api/embed/globex'),
  ])
})

test('the end of one frame leaves the other alone', async () => {
  const scene = await openScene()
  await scene.show('acme')
  await scene.show('globex')
  await scene.destroy('acme')
  await scene.pass(240)
  await scene.expect({ requests: 3, notes: ['acme-1 loads', 'globex-1 loads', 'globex-1 hears globex-2'] })
  expect(await scene.page.locator('iframe').count()).toBe(1)
})

test('destroy in mid-request: nothing is left', async () => {
  const scene = await openScene()
  const before = await listenersOf(scene)
  scene.portal.next.push(hang)
  await scene.mount('a')
  await eventually(() => scene.portal.requests.length === 1, { what: 'the request arrives' })
  expect(await listenersOf(scene)).not.toEqual(before)
  await scene.destroy('a')
  await eventually(() => scene.portal.givenUp === 1, { what: 'the request is given up' })
  await nothingIsLeft(scene, { requests: 1, notes: [], before })
})

test('destroy between requests: nothing is left', async () => {
  const scene = await openScene()
  const before = await listenersOf(scene)
  await scene.show('a', { autoHeight: true })
  await scene.destroy('a')
  await scene.destroy('a')
  await nothingIsLeft(scene, { requests: 1, notes: ['a-1 loads'], before })
})

test('the frame is given no more than it needs', async () => {
  const scene = await openScene()
  await scene.show('a', { title: 'Sales' })
  const frame = scene.page.locator('iframe')
  const attributes = await frame.evaluate(element =>
    Object.fromEntries(element.getAttributeNames().map(name => [name, element.getAttribute(name)])),
  )
  expect(attributes).toEqual({
    sandbox:
      'allow-scripts allow-same-origin allow-forms allow-downloads allow-popups allow-popups-to-escape-sandbox',
    referrerpolicy: 'no-referrer',
    title: 'Sales',
    name: 'lens-embed-1',
    style: 'display: block; border: 0px; width: 100%; height: 100%;',
    src: expect.stringMatching(/dl_embed_token=a-1$/),
  })
  const referrer = await scene.page.frames()[1]?.evaluate(() => document.referrer)
  expect(referrer).toBe('')
})

test.each([
  ['dashboard', '/embeds/dash', '-dash'],
  ['chart', '/embeds/chart', ''],
])(
  'the frame of a %s becomes as high as its page, which is asked until it tells',
  async (_name, path, kind) => {
    const scene = await openScene()
    scene.portal.path = path
    await scene.show('a', { autoHeight: true })
    const question = `a-1 is asked subscribe-for-embed-height${kind}`
    const { questions } = scene.datalens
    await eventually(() => expect(questions).toEqual([question]))
    await scene.pass(1)
    await eventually(() => expect(questions).toEqual([question, question]))
    await scene.pass(1)
    await scene.pass(1)
    await eventually(async () => (await heightOf(scene)) === '777px', { what: 'the height is set' })
    await scene.pass(100)
    await scene.expect({ requests: 1, notes: ['a-1 loads'] })
    expect(questions).toEqual([question, question, question])
  },
)

test('heights of other windows and of other pages in the frame are not heard', async () => {
  const scene = await openScene()
  await scene.show('a', { autoHeight: true })
  await scene.page.evaluate(() => postMessage({ iFrameName: 'lens-embed-1', embedHeight: 1 }, '*'))
  await scene.page.evaluate(async url => {
    const other = document.createElement('iframe')
    other.src = url
    document.body.append(other)
    await new Promise(resolve => other.addEventListener('load', resolve))
  }, scene.datalens.url)
  await scene.page.frames()[1]?.goto(scene.elsewhere.url)
  for (const frame of scene.page.frames().slice(1)) {
    await frame.evaluate(() => parent.postMessage({ iFrameName: 'lens-embed-1', embedHeight: 2 }, '*'))
  }
  await scene.settled()
  expect(await heightOf(scene)).toBe('100%')
})

test('a lazy frame that comes into view late is not loaded with a token that has ended', async () => {
  const scene = await openScene()
  await scene.page.evaluate(() =>
    document.body.append(Object.assign(document.createElement('div'), { id: 'spacer' })),
  )
  await scene.page.locator('#spacer').evaluate(element => {
    element.style.height = '20000px'
  })
  await scene.mount('a', { lazy: true })
  await scene.expect({ requests: 1, notes: [] })
  await scene.pass(240)
  await scene.expect({ requests: 2, notes: [] })
  await scene.pass(240)
  await scene.expect({ requests: 3, notes: [] })
  await scene.page.locator('#a').scrollIntoViewIfNeeded()
  await scene.expect({ requests: 3, notes: ['a-1 loads', 'a-3 loads'] })
})

test('a page may get its tokens in its own way', async () => {
  const scene = await openScene()
  await scene.page.evaluate(() => {
    const options = { method: 'POST', headers: { Authorization: 'Bearer of the page' } }
    const element = document.createElement('div')
    document.body.append(element)
    window.embeds['own'] = window.lens.mount(element, {
      getToken: signal => fetch('/api/embed/own', { ...options, signal }),
    })
  })
  await scene.expect({ requests: 1, notes: ['own-1 loads'] })
  await scene.pass(240)
  await scene.expect({ requests: 2, notes: ['own-1 loads', 'own-1 hears own-2'] })
  expect(scene.portal.requests[1]?.headers.authorization).toBe('Bearer of the page')
})

test('an endpoint of another origin is refused at once, and nothing is left', async () => {
  const scene = await openScene()
  const before = await listenersOf(scene)
  await expect(scene.mount('a', { endpoint: `${scene.elsewhere.url}/api` })).rejects.toThrow('same origin')
  await nothingIsLeft(scene, { requests: 0, notes: [], before })
})

interface Rest {
  readonly requests: number
  readonly notes: readonly string[]
  readonly before: readonly string[]
}

async function nothingIsLeft(scene: Scene, { requests, notes, before }: Rest): Promise<void> {
  expect(await scene.page.locator('iframe').count()).toBe(0)
  expect(await listenersOf(scene)).toEqual(before)
  await scene.wake()
  await scene.refresh('a')
  await scene.pass(3600)
  await scene.expect({ requests, notes })
}

/** The kinds of event that somebody listens to on the page's window and document. */
async function listenersOf({ page }: Scene): Promise<readonly string[]> {
  const session = await page.context().newCDPSession(page)
  const types: string[] = []
  for (const expression of ['window', 'document']) {
    const { result } = await session.send('Runtime.evaluate', { expression })
    const { listeners } = await session.send('DOMDebugger.getEventListeners', {
      objectId: result.objectId ?? '',
    })
    types.push(...listeners.map(({ type }) => `${expression} ${type}`))
  }
  await session.detach()
  return types.toSorted()
}

function heightOf({ page }: Scene): Promise<string> {
  return page
    .locator('iframe')
    .first()
    .evaluate(element => element.style.height)
}
