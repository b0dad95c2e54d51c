import { afterEach, describe, expect, test, vi } from 'vitest'
import { answer, type Asked } from '../../../src/embed/endpoint/answer.ts'
import { EmbedError } from '../../../src/embed/errors.ts'
import type { Link } from '../../../src/embed/link.ts'

const link: Link = { token: 'h.p.s', url: 'https://datalens.yandex.cloud/', expiresIn: 270, refreshIn: 195 }
const ours = { 'x-lens-embed': '1', 'sec-fetch-site': 'same-origin' }

function asked(method: string, headers: Readonly<Record<string, string | undefined>>): Asked {
  return { method, header: name => headers[name] }
}

const heard: unknown[] = []
const parts = { linkFor: async () => link, onError: (error: unknown) => void heard.push(error) }

afterEach(() => {
  heard.length = 0
})

test('a link, which no cache may keep', async () => {
  const { status, headers, body } = await answer(asked('POST', ours), () => ({}), parts)
  expect(status).toBe(200)
  expect(JSON.parse(body)).toEqual(link)
  expect(headers).toMatchObject({ 'cache-control': 'no-store', 'x-content-type-options': 'nosniff' })
})

test('what the viewer may see is asked of nobody but the server', async () => {
  const linkFor = vi.fn(parts.linkFor)
  const promised = Promise.resolve({ tenant: 'acme' })
  await answer(asked('POST', ours), () => promised, { ...parts, linkFor })
  expect(linkFor).toHaveBeenCalledExactlyOnceWith({ tenant: 'acme' })
})

describe('a request that is not from a page of the same origin: nobody is asked who the viewer is', () => {
  test.each<[string, string, Readonly<Record<string, string>>, number]>([
    ['GET', 'GET', ours, 405],
    ['HEAD', 'HEAD', ours, 405],
    ['a preflight', 'OPTIONS', ours, 405],
    ['PUT', 'PUT', ours, 405],
    ['no method', '', ours, 405],
    [
      'without the header of the helper, as a form would be',
      'POST',
      { 'sec-fetch-site': 'same-origin' },
      403,
    ],
    ['with another value of it', 'POST', { ...ours, 'x-lens-embed': 'true' }, 403],
    ['with the header twice', 'POST', { ...ours, 'x-lens-embed': '1, 1' }, 403],
    ['without Sec-Fetch-Site, as from curl', 'POST', { 'x-lens-embed': '1' }, 403],
    ['from another site', 'POST', { ...ours, 'sec-fetch-site': 'cross-site' }, 403],
    ['from another host of the site', 'POST', { ...ours, 'sec-fetch-site': 'same-site' }, 403],
    ['typed into the address bar', 'POST', { ...ours, 'sec-fetch-site': 'none' }, 403],
    ['with Sec-Fetch-Site twice', 'POST', { ...ours, 'sec-fetch-site': 'same-origin, same-origin' }, 403],
  ])('%s', async (_, method, headers, expected) => {
    const viewer = vi.fn(() => ({}))
    const refused = await answer(asked(method, headers), viewer, parts)
    expect(refused.status).toBe(expected)
    expect(refused.headers['allow']).toBe(expected === 405 ? 'POST' : undefined)
    expect(refused.headers['cache-control']).toBe('no-store')
    expect(refused.headers['access-control-allow-origin']).toBeUndefined()
    expect(Object.keys(JSON.parse(refused.body) as object)).toEqual(['error'])
    expect(viewer).not.toHaveBeenCalled()
  })
})

describe('a viewer who gets no link', () => {
  test.each<[string, null | undefined | 'denied', number]>([
    ['nobody is logged in', null, 401],
    ['nobody, said by saying nothing', undefined, 401],
    ['one who may not see it', 'denied', 403],
  ])('%s', async (_, verdict, expected) => {
    const linkFor = vi.fn(parts.linkFor)
    const refused = await answer(asked('POST', ours), () => verdict, { ...parts, linkFor })
    expect(refused).toMatchObject({ status: expected, headers: { 'cache-control': 'no-store' } })
    expect(linkFor).not.toHaveBeenCalled()
    expect(heard).toEqual([])
  })
})

describe('what fails is told to the server, and not to the browser', () => {
  const secret = 'tenant acme, password hunter2'
  const failures: readonly (readonly [string, unknown, number, string | undefined])[] = [
    ['an error of the session', new Error(secret), 500, undefined],
    ['something that is no error', secret, 500, undefined],
    ['parameters that cannot be signed', new EmbedError('EMBED_PARAM_TYPE', secret), 500, undefined],
    ['a key that is bad', new EmbedError('EMBED_KEY_INVALID', secret), 500, undefined],
    ['no shared link', new EmbedError('EMBED_LINK_UNAVAILABLE', secret), 503, '10'],
  ]

  test.each(failures)('%s', async (_, error, status, retryAfter) => {
    for (const place of ['viewer', 'link', 'viewer, later'] as const) {
      heard.length = 0
      const fail = (): never => {
        throw error
      }
      const viewer = (): object | Promise<object> =>
        place === 'viewer' ? fail() : place === 'link' ? {} : Promise.resolve().then(fail)
      const failed = await answer(asked('POST', ours), viewer as () => Promise<Record<string, string>>, {
        ...parts,
        linkFor: async () => fail(),
      })
      expect(failed.status).toBe(status)
      expect(failed.headers['retry-after']).toBe(retryAfter)
      expect(failed.headers['cache-control']).toBe('no-store')
      expect(JSON.stringify(failed)).not.toMatch(/acme|hunter2/)
      expect(heard).toEqual([error])
    }
  })

  test('who hears of it cannot take the answer away, nor end the process', async () => {
    const failing = [
      () => {
        throw new Error('the log is full')
      },
      () => Promise.reject(new Error('the log is full')),
    ]
    const unhandled = vi.fn()
    process.once('unhandledRejection', unhandled)
    try {
      for (const onError of failing) {
        const fail = (): never => {
          throw new Error(secret)
        }
        expect((await answer(asked('POST', ours), fail, { ...parts, onError })).status).toBe(500)
      }
      await new Promise(setImmediate)
    } finally {
      process.removeListener('unhandledRejection', unhandled)
    }
    expect(unhandled).not.toHaveBeenCalled()
  })

  test.each(failures)('by default as a warning, with nothing of a foreign error: %s', async (_, error) => {
    const warned = vi.spyOn(process, 'emitWarning').mockImplementation(() => undefined)
    const fail = (): never => {
      throw error
    }
    await answer(asked('POST', ours), fail, { ...parts, onError: undefined })
    const said = JSON.stringify(warned.mock.calls)
    warned.mockRestore()
    if (error instanceof EmbedError) expect(said).toContain(error.code)
    else expect(said).not.toMatch(/acme|hunter2/)
    expect(said).not.toContain('answer.test.ts')
  })
})
