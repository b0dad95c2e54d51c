import { expect, test } from 'vitest'
import { chartTexts } from '../../../src/sandbox/pages/texts/chart.ts'
import { connectTexts } from '../../../src/sandbox/pages/texts/connect.ts'
import { dashTexts } from '../../../src/sandbox/pages/texts/dash.ts'
import { siteTexts } from '../../../src/sandbox/pages/texts/site.ts'
import { traceTexts } from '../../../src/sandbox/pages/texts/trace.ts'

test.each(Object.entries({ chartTexts, connectTexts, dashTexts, siteTexts, traceTexts }))(
  '%s: each text is there in both languages, in its own letters',
  (_name, texts) => {
    const english = textsIn(texts.en)
    const russian = textsIn(texts.ru)
    expect(russian.map(([path]) => path)).toEqual(english.map(([path]) => path))
    expect(english.filter(([, text]) => /[а-яё]/i.test(text))).toEqual([])
    // Words of the protocol are the same everywhere.
    const known = /^(iat|exp|и|,|\s)+$/
    expect(russian.filter(([, text]) => !/[а-яё]/i.test(text) && !known.test(text))).toEqual([])
  },
)

test.each([
  [1, '1 таблица'],
  [2, '2 таблицы'],
  [5, '5 таблиц'],
  [11, '11 таблиц'],
  [21, '21 таблица'],
])('%i in Russian', (count, text) => {
  expect(siteTexts.ru.tableCount(count)).toBe(text)
})

/** All that is text, by its path; what takes an argument is left to the types. */
function textsIn(node: unknown, path = ''): [path: string, text: string][] {
  if (typeof node === 'string') return [[path, node]]
  if (typeof node !== 'object' || node === null) return []
  return Object.entries(node).flatMap(([name, value]) => textsIn(value, `${path}/${name}`))
}
