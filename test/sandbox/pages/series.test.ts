import { expect, test } from 'vitest'
import { plotOf } from '../../../src/sandbox/pages/chart/series.ts'

test('each measure is a series over the one dimension', () => {
  const titles = ['Month', 'Revenue', 'Pieces']
  const rows = [
    ['May', 10, 1],
    ['June', null, 2],
  ]
  expect(plotOf({ titles, dimensions: 1, rows })).toEqual({
    labels: ['May', 'June'],
    series: [
      { name: 'Revenue', values: [10, null] },
      { name: 'Pieces', values: [1, 2] },
    ],
  })
})

test('a second dimension names the series, with gaps where a pair is missing', () => {
  const rows = [
    ['Tea', 'North', 1],
    ['Tea', 'South', 2],
    ['Juice', 'South', 3],
  ]
  expect(plotOf({ titles: ['Product', 'Region', 'Revenue'], dimensions: 2, rows })).toEqual({
    labels: ['Tea', 'Juice'],
    series: [
      { name: 'North', values: [1, null] },
      { name: 'South', values: [2, 3] },
    ],
  })
})

test('without a dimension there is one label without a name', () => {
  expect(plotOf({ titles: ['Revenue'], dimensions: 0, rows: [[7]] })).toEqual({
    labels: [null],
    series: [{ name: 'Revenue', values: [7] }],
  })
})
