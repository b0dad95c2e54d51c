import { describe, expect, test } from 'vitest'
import { judgeAnswer } from '../../../src/embed/browser/answer.ts'
import { endpointAsk, outcomeOf, readRetryAfter } from '../../../src/embed/browser/ask.ts'
import { answered, linkOf, lost, refused } from './answers.ts'

const { signal } = new AbortController()

describe('an answer', () => {
  const good = linkOf('jwt')

  test.each([
    ['https', 'https://datalens.example/embeds/dash#dl_embed_token=jwt'],
    ['the token in the query', 'https://app.example/embeds/chart?__dl_embed_token=jwt'],
    ['this machine by name', 'http://localhost:8080/embeds/dash#dl_embed_token=jwt'],
    ['this machine', 'http://127.0.0.1/embeds/dash#dl_embed_token=jwt'],
    ['this machine, v6', 'http://[::1]:8080/embeds/dash#dl_embed_token=jwt'],
  ])('is taken with an address of %s', (_name, url) => {
    expect(judgeAnswer({ ...good, url })).toEqual(answered('jwt', { url }))
  })

  test.each([
    ['a script', 'javascript:alert("jwt")'],
    ['a script in disguise', ' JAVA\nSCRIPT:alert("jwt")'],
    ['data', 'data:text/html,jwt'],
    ['a blob', 'blob:https://datalens.example/jwt'],
    ['plain http', 'http://datalens.example/embeds/dash#dl_embed_token=jwt'],
    ['plain http to what only looks like this machine', 'http://localhost.example/#jwt'],
    ['plain http to a user of that name', 'http://localhost@evil.example/#jwt'],
    ['another scheme', 'ftp://datalens.example/jwt'],
    ['nothing', 'jwt'],
    ['the page’s own site', '/embeds/dash#jwt'],
  ])('is refused with an address of %s', (_name, url) => {
    expect(judgeAnswer({ ...good, url })).toEqual(lost('address'))
  })

  test.each([
    ['nothing', undefined],
    ['null', null],
    ['text', 'jwt'],
    ['a list', [good]],
    ['no token', { ...good, token: undefined }],
    ['an empty token', { ...good, token: '' }],
    ['no address', { ...good, url: undefined }],
    ['an address with another token', { ...good, url: good.url.replace('=jwt', '=twj') }],
    ['a lifetime as text', { ...good, expiresIn: '300' }],
    ['no lifetime', { ...good, expiresIn: Number.NaN }],
    ['an endless lifetime', { ...good, expiresIn: Number.POSITIVE_INFINITY }],
    ['a lifetime that is over', { ...good, expiresIn: 0, refreshIn: 0 }],
    ['a refresh in the past', { ...good, refreshIn: -1 }],
    ['a refresh at the end', { ...good, refreshIn: 300 }],
  ])('is none with %s', (_name, value) => {
    expect(judgeAnswer(value)).toEqual(lost('answer'))
  })

  test('brings the time of the server', () => {
    expect(judgeAnswer(good, 'Fri, 27 Nov 2026 10:00:00 GMT')).toEqual(
      answered('jwt', {}, Date.UTC(2026, 10, 27, 10) / 1000),
    )
  })
})

describe('a reply', () => {
  const good = linkOf('jwt')

  test.each([
    ['an answer', () => good, answered('jwt')],
    ['a response with one', () => Response.json(good), answered('jwt')],
    ['a page of HTML', () => new Response('<title>Log in</title>'), lost('answer')],
    ['an empty response', () => new Response(), lost('answer')],
    ['401', () => new Response('', { status: 401 }), refused(401)],
    ['500', () => new Response(JSON.stringify(good), { status: 500 }), refused(500)],
    ['429', () => new Response('', { status: 429, headers: { 'Retry-After': '7' } }), refused(429, 7)],
    ['a lost connection', () => Promise.reject(new TypeError('Failed to fetch')), lost('network')],
    ['a connection lost on the way', () => brokenResponse(), lost('network')],
  ])('of %s', async (_name, reply, outcome) => {
    expect(await outcomeOf(async () => reply(), signal)).toEqual(outcome)
  })

  test('that throws before it begins', async () => {
    const ask = (): never => {
      throw new Error('no session yet')
    }
    expect(await outcomeOf(ask, signal)).toEqual(lost('network'))
  })
})

describe('Retry-After', () => {
  const served = 'Fri, 27 Nov 2026 10:00:00 GMT'

  test.each([
    ['seconds', '120', 120_000],
    ['a date, by the clock of the server', 'Fri, 27 Nov 2026 10:00:30 GMT', 30_000],
    ['a date that is over', 'Fri, 27 Nov 2026 09:00:00 GMT', 0],
    ['nothing', null, 0],
    ['an empty text', '', 0],
    ['a negative number', '-5', 0],
    ['rubbish', 'soon', 0],
  ])('as %s', (_name, value, ms) => {
    expect(readRetryAfter(value, served)).toBe(ms)
  })

  test('as a date, from a server that does not tell its time', () => {
    const inAnHour = new Date(Date.now() + 3_600_000).toUTCString()
    expect(readRetryAfter(inAnHour, null)).toBeGreaterThan(3_500_000)
    expect(readRetryAfter(inAnHour, 'rubbish')).toBeGreaterThan(3_500_000)
  })
})

test('an endpoint is asked as it wants to be', async () => {
  const requests: unknown[] = []
  const ask = endpointAsk('/api/embed/sales', async (input, init) => {
    requests.push([input, init])
    return Response.json(linkOf('jwt'))
  })
  expect(await outcomeOf(ask, signal)).toEqual(answered('jwt'))
  expect(requests).toEqual([
    [
      '/api/embed/sales',
      {
        method: 'POST',
        headers: { 'X-Lens-Embed': '1' },
        mode: 'same-origin',
        credentials: 'same-origin',
        cache: 'no-store',
        signal,
      },
    ],
  ])
})

function brokenResponse(): Response {
  return new Response(
    new ReadableStream({
      pull: controller => controller.error(new TypeError('network error')),
    }),
  )
}
