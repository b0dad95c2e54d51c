import { expect, test } from 'vitest'
import type { Chart, Dataset } from '../../../src/sandbox/content/model.ts'
import { chartSql, choicesSql, type Query } from '../../../src/sandbox/data/sql.ts'
import { userOf } from '../../../src/sandbox/data/user.ts'
import { csvOf } from '../../../src/sandbox/http/routes/csv.ts'

const title = { en: '', ru: '' }
const field = (id: string, column = id) => ({ id, column, title, type: 'text' }) as const
const dataset: Dataset = {
  id: 'orders',
  name: title,
  connection: 'shop',
  table: 'or`ders',
  fields: [field('region'), field('amount', 'total amount'), field('user')],
  rowLevelSecurity: undefined,
}
const guarded = { ...dataset, rowLevelSecurity: { field: 'user', parameter: 'viewer' } }
const chart: Chart = {
  id: 'revenue',
  name: title,
  type: 'bar',
  dataset: 'orders',
  dimensions: ['region'],
  measures: [{ field: 'amount', aggregation: 'sum', title }],
  filters: [
    { parameter: 'region', field: 'region', operation: 'in' },
    { parameter: 'from', field: 'region', operation: 'from' },
  ],
  limit: 10,
}
const query: Query = { database: 'client_1', dataset, user: undefined, values: new Map() }
const head = 'SELECT toString(`region`), toFloat64(sum(`total amount`)) FROM `client_1`.`or\\`ders`'
const tail = ' GROUP BY `region` ORDER BY `region` LIMIT 10'

test.each([
  ['no parameter', query, ''],
  ['an empty one', { ...query, values: new Map([['region', '']]) }, ''],
  ['one that filters nothing', { ...query, values: new Map([['x', 'y']]) }, ''],
  ['a value', { ...query, values: new Map([['region', 'north']]) }, " WHERE toString(`region`) IN ('north')"],
  [
    'several',
    { ...query, values: new Map([['region', ['a', 'b']]]) },
    " WHERE toString(`region`) IN ('a', 'b')",
  ],
  ['a bound', { ...query, values: new Map([['from', 'a']]) }, " WHERE toString(`region`) >= 'a'"],
  [
    'a quote',
    { ...query, values: new Map([['region', "x') OR 1 --\\"]]) },
    " WHERE toString(`region`) IN ('x\\') OR 1 --\\\\')",
  ],
  ['protection', { ...query, dataset: guarded, user: null }, ' WHERE 0'],
  ['protection and an empty user', { ...query, dataset: guarded, user: '' }, ' WHERE 0'],
  ['a user that nobody looked up', { ...query, dataset: guarded }, ' WHERE 0'],
  ['a user', { ...query, dataset: guarded, user: "o'hara" }, " WHERE toString(`user`) = 'o\\'hara'"],
])('a chart with %s', (_, given, where) => {
  expect(chartSql(given, chart)).toBe(`${head}${where}${tail}`)
})

test('a metric has one row, and a selector each value once', () => {
  expect(chartSql(query, { ...chart, dimensions: [] })).toBe(
    'SELECT toFloat64(sum(`total amount`)) FROM `client_1`.`or\\`ders` LIMIT 10',
  )
  expect(choicesSql({ ...query, dataset: guarded, user: null }, 'region', [])).toBe(
    'SELECT DISTINCT toString(`region`) FROM `client_1`.`or\\`ders` WHERE 0 ORDER BY `region` LIMIT 1000',
  )
})

test.each([
  [dataset, new Map([['viewer', 'ada']]), undefined],
  [guarded, new Map(), null],
  [guarded, new Map([['user', 'ada']]), null],
  [guarded, new Map([['viewer', '']]), null],
  [guarded, new Map([['viewer', ['ada', 'grace']]]), null],
  [guarded, new Map([['viewer', []]]), null],
  [guarded, new Map([['viewer', ['ada']]]), 'ada'],
  [guarded, new Map([['viewer', 7]]), '7'],
] as const)('whose rows: %#', (of, signed, user) => {
  expect(userOf(of, signed)).toBe(user)
})

test('a cell is a cell in a spreadsheet, and no formula', () => {
  const rows = [['a"b', '=1+1', 'x\ny', -3, null]]
  expect(csvOf({ titles: ['A', 'B', 'C, D', 'E', 'F'], rows })).toBe(
    'A,B,"C, D",E,F\r\n"a""b",\'=1+1,"x\ny",-3,\r\n',
  )
})
