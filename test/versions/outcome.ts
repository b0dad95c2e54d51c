/** What came of the pieces, as it is told. Pure. */
import { counted, inWords } from '../../src/core/text/list-text.ts'

/** What is read of vitest's report in JSON. */
export interface VitestReport {
  readonly numPassedTests: number
  readonly numFailedTests: number
  readonly numPendingTests: number
  readonly numTodoTests?: number
  readonly testResults: readonly {
    readonly status: string
    readonly assertionResults: readonly unknown[]
  }[]
}

export interface Verdict {
  readonly passed: boolean
  /** In words. */
  readonly said: string
}

export interface Outcome extends Verdict {
  readonly platform: string
  /** Releases as the programs say them; of what could not be had, the version that was asked for. */
  readonly kubernetes: string
  readonly clickhouse: string
  readonly suite: string
}

/** Passed is what ran, and failed nowhere. @param report undefined where vitest wrote none */
export function verdictOf(exitCode: number | null, report: VitestReport | undefined): Verdict {
  if (report === undefined) return { passed: false, said: 'FAILED: the run ended without a report' }
  const { numPassedTests, numFailedTests, numPendingTests, numTodoTests = 0, testResults } = report
  const unread = testResults.filter(
    ({ status, assertionResults }) => status === 'failed' && assertionResults.length === 0,
  )
  const failed = numFailedTests + unread.length
  const skipped = numPendingTests + numTodoTests
  const counts = [
    ...(failed > 0 ? [`${failed} failed`] : []),
    `${numPassedTests} passed`,
    ...(skipped > 0 ? [`${skipped} skipped`] : []),
  ].join(', ')
  if (exitCode === 0 && failed === 0 && numPassedTests > 0) return { passed: true, said: counts }
  const why = failed > 0 ? '' : numPassedTests === 0 ? ' (no test ran)' : ' (vitest ended with an error)'
  return { passed: false, said: `FAILED: ${counts}${why}` }
}

/** A table in Markdown, and a last line that says it all. */
export function summaryOf(outcomes: readonly Outcome[]): string {
  const rows = outcomes.map(({ platform, kubernetes, clickhouse, suite, said }) => [
    platform,
    kubernetes,
    clickhouse,
    suite,
    said,
  ])
  const table = [
    ['platform', 'Kubernetes', 'ClickHouse', 'suite', 'result'],
    Array.from({ length: 5 }, () => '---'),
    ...rows,
  ]
  return [...table.map(cells => `| ${cells.join(' | ')} |`), '', lastLine(outcomes), ''].join('\n')
}

function lastLine(outcomes: readonly Outcome[]): string {
  const failed = outcomes.filter(({ passed }) => !passed)
  const all = counted(outcomes.length, 'suite')
  if (failed.length === 0) return outcomes.length === 1 ? `${all} passed.` : `All ${all} passed.`
  const names = failed.map(({ platform, suite }) => `${platform} ${suite}`)
  return `FAILED: ${failed.length} of ${all}: ${inWords(names, 'and')}.`
}
