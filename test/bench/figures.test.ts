import { describe, expect, it } from 'vitest'
import { median } from '../../bench/figures.ts'
import { readBenchOptions } from '../../bench/options.ts'
import { increase, parsePrometheus, sumBy, total } from '../../bench/prometheus.ts'
import { tables } from '../../bench/report.ts'

describe('median', () => {
  it.each([
    [[3], 3],
    [[1, 9], 5],
    [[9, 1, 2], 2],
    [[4, 1, 3, 2], 2.5],
  ])('of %j is %d', (values, expected) => {
    expect(median(values)).toBe(expected)
  })
})

describe('the Prometheus text format', () => {
  const text = `# HELP requests_total Requests
# TYPE requests_total counter
requests_total{verb="POST",resource="secrets",code="201"} 3
requests_total{verb="PUT",resource="secrets",code="200"} 4 1700000000000
requests_total{verb="POST",resource="a \\"quoted\\" one",code="201"} 5
requests_total_created 7
depth 2.5e+1
`

  it('gives the samples that are wanted, and no others that begin alike', () => {
    const samples = parsePrometheus(text, ['requests_total', 'depth'])
    expect(samples).toHaveLength(4)
    expect(samples.at(-1)).toEqual({ name: 'depth', labels: {}, value: 25 })
    expect(sumBy(samples, 'requests_total', 'resource')).toEqual({ secrets: 7, 'a "quoted" one': 5 })
  })

  it('adds up what has been added in between', () => {
    const grown = increase({ a: 1, b: 2 }, { a: 1, b: 5, c: 4 })
    expect(grown).toEqual({ b: 3, c: 4 })
    expect(total(grown)).toBe(7)
  })
})

describe('the report', () => {
  it('has a table for each phase, with a column for each size and blanks where a figure is missing', () => {
    const text = tables([
      { phase: 'onboard', size: 100, values: { tenants: 103, 'share of the ceiling': 0.876 } },
      { phase: 'onboard', size: 1000, values: { tenants: 1003 } },
      { phase: 'idle', size: 100, values: { seconds: 60.04 } },
    ])
    expect(text).toBe(`| onboard              |  100 | 1000 |
|----------------------|-----:|-----:|
| tenants              |  103 | 1003 |
| share of the ceiling | 0.88 |      |

| idle    |  100 |
|---------|-----:|
| seconds | 60.0 |
`)
  })
})

describe('the options', () => {
  const read = (...args: string[]) => readBenchOptions(args, {}, () => undefined)

  it('reports everything by default, or one command’s phases', () => {
    expect(read().wanted).toContain('idle')
    expect([...read('rotate').wanted]).toEqual(['rotate'])
    expect(read('--sizes', '100, 1000').sizes).toEqual([100, 1000])
  })

  it.each([
    [['sideways']],
    [['rotate', 'idle']],
    [['--sizes', '0']],
    [['--sizes', '10,x']],
    [['--runs', '-1']],
  ])('refuses %j', args => {
    expect(() => read(...args)).toThrow(expect.objectContaining({ code: 'usage' }))
  })
})
