import { expect, test } from 'vitest'
import { embedder } from '../../src/embed/embedder.ts'
import { inspect } from '../../src/embed/inspect.ts'
import { eventually } from '../time/eventually.ts'
import { embedVectors } from '../vectors/embed-vectors.ts'
import { through } from './portal.ts'
import { useScenes } from './scene.ts'

const openScene = useScenes()

test('the helper and an endpoint of the library: the viewer’s tokens reach the frame, and the end of the session ends it', async () => {
  const scene = await openScene()
  const sales = embedder({
    platform: 'Yandex',
    kind: 'Dashboard',
    embedId: 'pgx4ekt5dj3u1',
    key: embedVectors.key.privatePem,
    baseUrl: scene.datalens.url,
    required: ['tenant'],
    lifetime: '5m',
  })
  let viewer: { readonly tenant: string } | null = { tenant: 'acme' }
  scene.portal.usual = through(sales.endpoint(() => viewer))
  const { notes } = scene.datalens

  await scene.mount('a')
  await eventually(() => notes.length === 1, { what: 'the frame loads' })
  await scene.pass(200)
  await eventually(() => notes.length === 2, { what: 'the frame hears of another token' })
  const [first, second] = notes.map(note => note.split(' '))
  expect([first?.[1], second?.[0], second?.[1]]).toEqual(['loads', first?.[0], 'hears'])
  const tokens = [first?.[0] ?? '', second?.[2] ?? '']
  expect(new Set(tokens).size).toBe(2)
  for (const token of tokens) {
    const { fault, params } = inspect(token, { publicKey: embedVectors.key.publicPem })
    expect({ fault, params }).toEqual({ fault: undefined, params: { tenant: 'acme' } })
  }

  viewer = null
  await scene.pass(200)
  await scene.pass(200)
  expect(await scene.page.locator('iframe').count()).toBe(0)
  expect(scene.portal.requests).toHaveLength(3)
  expect(await scene.states('a')).toEqual(['loading', 'live', 'denied status 401', 'denied status 401 empty'])
})
