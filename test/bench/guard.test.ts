import { describe, expect, it } from 'vitest'
import { shareByCpu } from '../../bench/figures.ts'
import { judge } from '../../bench/guard.ts'
import { readBenchOptions } from '../../bench/options.ts'

const measured = (phase: string, share: number) => ({ phase, size: 300, values: { [shareByCpu]: share } })

describe('the guard', () => {
  it.each([
    [
      'passes what costs little more than the loop',
      [measured('onboard', 0.7), measured('rotate', 0.8)],
      true,
    ],
    ['passes what is at the limit', [measured('onboard', 1 / 2.6), measured('rotate', 1 / 2.1)], true],
    ['fails when one phase is too dear', [measured('onboard', 0.7), measured('rotate', 0.4)], false],
    ['fails when a phase was not measured', [measured('onboard', 0.7)], false],
    ['fails when nothing was spent', [measured('onboard', 0.7), measured('rotate', Number.NaN)], false],
  ])('%s', (_, figures, passed) => {
    const verdict = judge(figures)
    expect(verdict.passed).toBe(passed)
    expect(verdict.lines).toHaveLength(2)
  })

  it('says by how much', () => {
    const { lines } = judge([measured('onboard', 0.3125), measured('rotate', 0.8)])
    expect(lines).toEqual([
      'onboard: a tenant costs 3.20 times the bare loop; at most 2.6 times is let pass: too dear',
      'rotate: a tenant costs 1.25 times the bare loop; at most 2.1 times is let pass',
    ])
  })

  it('measures 300 tenants, unless it is told otherwise', () => {
    const read = (...args: readonly string[]) => readBenchOptions(['guard', ...args], {}, () => undefined)
    expect(read()).toMatchObject({ guarding: true, sizes: [300] })
    expect(read('--sizes', '20')).toMatchObject({ guarding: true, sizes: [20] })
  })
})
