/** Whether the operator has become dearer: what a tenant costs, as a multiple of the bare loop in the same run. */
import { type Figures, shareByCpu } from './figures.ts'

/** The most that is let pass, by phase. What was measured when these were set is in docs/benchmarks.md. */
export const mostOfCeiling: Readonly<Record<string, number>> = { onboard: 2.6, rotate: 2.1 }

export interface Verdict {
  readonly passed: boolean
  /** One for each phase, for people. */
  readonly lines: readonly string[]
}

/** A phase that was not measured fails. */
export function judge(figures: readonly Figures[]): Verdict {
  const all = Object.entries(mostOfCeiling).map(([phase, most]) => {
    const share = figures.find(one => one.phase === phase)?.values[shareByCpu]
    return { phase, most, ratio: share === undefined ? Number.NaN : 1 / share }
  })
  const isTooDear = ({ ratio, most }: { readonly ratio: number; readonly most: number }): boolean =>
    !(ratio <= most)
  return {
    passed: !all.some(isTooDear),
    lines: all.map(one => {
      const { phase, most, ratio } = one
      const found = Number.isNaN(ratio) ? 'was not measured' : `costs ${ratio.toFixed(2)} times the bare loop`
      return `${phase}: a tenant ${found}; at most ${most} times is let pass${isTooDear(one) ? ': too dear' : ''}`
    }),
  }
}
