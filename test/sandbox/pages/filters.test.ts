import { expect, test } from 'vitest'
import { Filters } from '../../../src/sandbox/pages/embed/filters.ts'

test('what is chosen takes the place of what the address says, also when nothing is', () => {
  const filters = new Filters({ region: 'North', from: '2026' })
  expect(filters.valuesOf('region')).toEqual(['North'])
  filters.choose('region', ['South', 'East'])
  filters.choose('product', ['Tea'])
  expect(filters.params()).toEqual({ region: ['South', 'East'], from: '2026', product: ['Tea'] })
  filters.choose('region', [])
  expect(filters.valuesOf('region')).toEqual([])
  expect(filters.params()).toEqual({ from: '2026', product: ['Tea'] })
})

test('a parameter of any name is found among its own only', () => {
  expect(new Filters({}).valuesOf('__proto__')).toEqual([])
  expect(new Filters({}).valuesOf('constructor')).toEqual([])
})
