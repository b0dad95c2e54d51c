import { describe, expect, test } from 'vitest'
import { home, type EntrySummary } from '../../../src/sandbox/views/home.ts'
import { lookOf } from '../../../src/sandbox/views/look.ts'
import { shell } from '../../../src/sandbox/views/shell.ts'
import { trace } from '../../../src/sandbox/views/trace.ts'
import type { TraceRecord } from '../../../src/sandbox/trace/record.ts'

const look = lookOf({ query: new URLSearchParams(), acceptLanguage: undefined })

describe('the look', () => {
  test.each([
    ['', undefined, { language: 'en', theme: undefined, query: '' }],
    ['', 'ru-RU,ru;q=0.9', { language: 'ru', theme: undefined, query: '' }],
    ['', 'de, ru;q=0.5', { language: 'en', theme: undefined, query: '' }],
    ['_lang=en', 'ru', { language: 'en', theme: undefined, query: '?_lang=en' }],
    [
      '_lang=ru&_theme=dark&x=1',
      undefined,
      { language: 'ru', theme: 'dark', query: '?_lang=ru&_theme=dark' },
    ],
    ['_lang="><b>&_theme=blue', undefined, { language: 'en', theme: undefined, query: '' }],
  ] as const)('of ?%s in a browser for %s', (query, acceptLanguage, expected) => {
    expect(lookOf({ query: new URLSearchParams(query), acceptLanguage })).toEqual(expected)
  })
})

test('a name is text, whatever is in it', async () => {
  const evil = `"><script>alert(1)</script>`
  const entry: EntrySummary = {
    id: evil,
    scope: 'chart',
    name: { en: evil, ru: evil },
    workbook: { id: 'main' },
  }
  const content = home(look, { entries: [entry], databaseOf: () => undefined })
  const page = String(
    await shell(look, { ...content, title: evil }, { path: '/', style: '/s.css', script: undefined }),
  )
  expect(page).toContain('&lt;script&gt;')
  expect(page).not.toContain('<script')
  expect(page).toContain('href="/charts/%22%3E%3Cscript%3Ealert(1)%3C%2Fscript%3E"')
})

test('a connection that waits for a token leads to where one is pasted', async () => {
  const entries: readonly EntrySummary[] = ['open', 'bound'].map(id => ({
    id,
    scope: 'connection',
    name: { en: id, ru: id },
    workbook: { id: 'main' },
  }))
  const main = String(
    await home(look, { entries, databaseOf: id => (id === 'bound' ? 'client_1' : undefined) }).main,
  )
  expect([...main.matchAll(/<a class="row" href="([^"]*)"/g)].map(([, href]) => href)).toEqual([
    '/connections/new',
    '/connections/bound',
  ])
})

describe('the trace', () => {
  const record = (number: number): TraceRecord => ({
    number,
    at: '2026-07-06T10:00:00.000Z',
    method: 'GET',
    path: '/v1/embedded-entry',
    status: 200,
    ms: 1,
    embedId: undefined,
    entryId: undefined,
    steps: [],
  })
  const records = [record(3), record(2), record(1)]

  test.each([
    ['all at first', 0, ['3', '2', '1']],
    ['what is newer', 2, ['3']],
    ['nothing when nothing is', 3, []],
    ['all after a new start', 9, ['3', '2', '1']],
  ])('gives %s', async (_name, after, numbers) => {
    const main = String(await trace(look, records, after).main)
    expect([...main.matchAll(/data-number="(\d+)"/g)].map(([, number]) => number)).toEqual(numbers)
    expect(main).toContain('data-newest="3"')
  })
})
