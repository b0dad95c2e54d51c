import { readFileSync } from 'node:fs'
import { describe, expect, test } from 'vitest'
import { copyContent } from '../../../src/sandbox/content/copy.ts'
import { ContentError } from '../../../src/sandbox/content/fault.ts'
import { writeContent } from '../../../src/sandbox/content/write.ts'
import { defaultContentFile, readContent } from '../../../src/sandbox/content/read.ts'

function faultIn(text: string): string {
  try {
    readContent(text, 'content.yaml')
    return 'it was read'
  } catch (error) {
    if (error instanceof ContentError) return error.message
    throw error
  }
}

const good = `connections:
  - {id: shop, name: Shop}
datasets:
  - id: orders
    connection: shop
    table: orders
    fields:
      - {id: region}
      - {id: amount, type: number}
charts:
  - id: revenue
    name: Revenue
    type: bar
    dataset: orders
    dimensions: [region]
    measures: [{field: amount}]
dashboards:
  - id: dash
    name: {en: Sales, ru: Продажи}
    tabs:
      - id: one
        title: One
        charts: [{chart: revenue}]
`

test('a good file is read, and what it leaves out is filled in', () => {
  const { datasets, charts, dashboards } = readContent(good, 'content.yaml')
  expect(datasets[0]?.fields[0]).toEqual({
    id: 'region',
    column: 'region',
    title: { en: 'region', ru: 'region' },
    type: 'text',
  })
  expect(charts[0]?.measures[0]).toMatchObject({ aggregation: 'sum', title: { en: 'amount' } })
  expect(dashboards[0]).toMatchObject({
    name: { ru: 'Продажи' },
    tabs: [{ selectors: [], tiles: [{ width: 'half' }] }],
  })
})

test('the shipped one is read', () => {
  const { charts, dashboards } = readContent(readFileSync(defaultContentFile, 'utf8'), 'default.yaml')
  expect(new Set(charts.map(({ type }) => type))).toEqual(new Set(['table', 'bar', 'line', 'metric']))
  expect(dashboards[0]?.tabs.length).toBeGreaterThan(1)
})

test.each([
  ['the good one', good],
  ['the shipped one', readFileSync(defaultContentFile, 'utf8')],
])('%s is the same when it is written and read again', (_, text) => {
  const content = readContent(text, 'content.yaml')
  expect(readContent(writeContent(content), 'written.yaml')).toEqual(content)
})

/** What replaces what in the good file, and what is said of it. */
const faults: readonly (readonly [string, string, string, string])[] = [
  ['no YAML', 'connections:', 'connections: [', 'content.yaml:2: this is no YAML: '],
  ['a tab', '  - {id: shop', '\t- {id: shop', 'content.yaml:2: this is no YAML: '],
  [
    'a key twice',
    '    table: orders',
    '    table: orders\n    table: x',
    'content.yaml:7: this is no YAML: Map keys must be unique',
  ],
  [
    'an unknown key',
    '    table: orders',
    '    tabel: orders',
    'content.yaml:4: datasets.0: Unrecognized key: "tabel"',
  ],
  ['no table', '    table: orders\n', '', 'content.yaml:4: the dataset orders names no table'],
  ['no connection', '    connection: shop\n', '', 'content.yaml:4: the dataset orders names no connection'],
  [
    'an unknown connection',
    'connection: shop',
    'connection: shp',
    'content.yaml:5: there is no connection shp',
  ],
  ['a chart without a dataset', '    dataset: orders\n', '', 'content.yaml:11: charts.0.dataset: is missing'],
  [
    'a chart of an unknown dataset',
    'dataset: orders',
    'dataset: order',
    'content.yaml:14: there is no dataset order',
  ],
  [
    'an unknown field',
    '[region]',
    '[regoin]',
    'content.yaml:15: the dataset orders has no field regoin; it has region, amount',
  ],
  [
    'an unknown measure',
    '{field: amount}',
    '{field: x}',
    'content.yaml:16: the dataset orders has no field x; it has region, amount',
  ],
  ['an unknown chart', '{chart: revenue}', '{chart: x}', 'content.yaml:23: there is no chart x'],
  [
    'an id twice',
    '- id: dash',
    '- id: revenue',
    'content.yaml:18: the id revenue is there twice; give one of them another',
  ],
  [
    'a field twice',
    '{id: region}',
    '{id: amount}',
    'content.yaml:9: the id amount is there twice; give one of them another',
  ],
  [
    'a bar without a dimension',
    '    dimensions: [region]\n',
    '',
    'content.yaml:13: the chart revenue needs a dimension and a measure',
  ],
  [
    'a metric with a dimension',
    'type: bar',
    'type: metric',
    'content.yaml:13: the metric revenue needs one measure, and no dimension',
  ],
  ['an unknown type', 'type: bar', 'type: pie', 'content.yaml:13: charts.0.type: Invalid option: '],
  [
    'a circle',
    '    table: orders',
    '    extends: orders',
    'content.yaml:6: the datasets build on one another in a circle: orders -> orders; let one of them name a table',
  ],
  [
    'an alias of nothing',
    'name: Revenue',
    'name: *revenue',
    'content.yaml:12: there is no &revenue before it',
  ],
  ['NUL in a name', 'table: orders', 'table: "or\\0ders"', 'content.yaml:6: datasets.0.table: takes no NUL'],
  [
    'half of a character',
    '{id: region}',
    '{id: region, column: "\\ud83d"}',
    'content.yaml:8: datasets.0.fields.0.column: takes no NUL and no half of a character',
  ],
  [
    'a parameter that no token may have',
    '    dimensions: [region]',
    '    dimensions: [region]\n    filters: [{parameter: tab, field: region}]',
    'content.yaml:16: charts.0.filters.0.parameter: is a name that DataLens’s page reads itself',
  ],
  [
    'an id with a capital',
    '{id: shop,',
    '{id: Shop,',
    'content.yaml:2: connections.0.id: takes small letters, digits and dashes, such as sales-by-month',
  ],
]

test.each(faults)('%s is told with its line', (_, from, to, message) => {
  expect(good).toContain(from)
  expect(faultIn(good.replace(from, to))).toContain(message)
})

const bomb = [
  'a: &a [x, x, x, x, x, x]',
  'b: &b [*a, *a, *a, *a, *a, *a]',
  'c: &c [*b, *b, *b, *b]',
  'd: [*c, *c, *c]',
].join('\n')

test.each([
  ['', 'content.yaml:1: '],
  ['just text', 'content.yaml:1: '],
  ['- a list', 'content.yaml:1: '],
  ['x: &a [*a]', 'content.yaml:1: connections: is missing'],
  [bomb, 'content.yaml:1: its aliases lead to too much; write it out'],
  ['a: *b', 'content.yaml:1: there is no &b before it'],
  ['['.repeat(50_000), 'content.yaml:1: it is nested too deeply'],
  [`${'- '.repeat(50_000)}x`, 'content.yaml:1: it is nested too deeply'],
  ['#'.repeat(5_000_001), 'content.yaml:1: it is too long; a content file has up to 5 MB'],
])('%.20s is no content', (text, message) => {
  expect(faultIn(text)).toContain(message)
})

describe('a dataset that extends another', () => {
  const extended = (more: string): string =>
    good.replace('charts:\n  - id', `  - {id: own, extends: orders, ${more}}\ncharts:\n  - id`)

  test('has its table and fields', () => {
    const { datasets } = readContent(extended('fields: [{id: user}]'), 'x')
    expect(datasets[1]).toMatchObject({
      connection: 'shop',
      table: 'orders',
      fields: [{ id: 'user' }, {}, {}],
    })
  })

  test.each([
    ['fields: [{id: region, column: other}]', 'gives the protected field region another meaning'],
    [
      'rowLevelSecurity: {field: amount, parameter: x}',
      'has row-level security from the one that it extends',
    ],
  ])('does not get behind its protection by %s', (more, message) => {
    const guarded = extended(more).replace(
      'table: orders',
      'table: orders\n    rowLevelSecurity: {field: region, parameter: user}',
    )
    expect(faultIn(guarded)).toContain(message)
  })

  test('is protected as the other is', () => {
    const guarded = extended('name: Own').replace(
      'table: orders',
      'table: orders\n    rowLevelSecurity: {field: region, parameter: user}',
    )
    expect(readContent(guarded, 'x').datasets[1]?.rowLevelSecurity).toEqual({
      field: 'region',
      parameter: 'user',
    })
  })
})

test('a copy for another connection names nothing of the first', () => {
  const content = readContent(good, 'content.yaml')
  const copy = copyContent(content, {
    slot: 'shop',
    name: { en: 'B', ru: 'B' },
    idFor: id => `copy-of-${id}`,
  })
  const ids = JSON.stringify(copy).matchAll(/"(?:connection|dataset|chart)":"([^"]+)"/g)
  for (const [, id] of ids) expect(id).toMatch(/^copy-of-/)
  expect(copy.dashboards[0]?.id).toBe('copy-of-dash')
  expect(copyContent(content, { slot: 'none', name: { en: '', ru: '' }, idFor: id => id }).charts).toEqual([])
})
