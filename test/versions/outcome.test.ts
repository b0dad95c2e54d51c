import { expect, test } from 'vitest'
import { summaryOf, verdictOf, type Outcome, type VitestReport } from './outcome.ts'

function report(passed: number, failed = 0, more: Partial<VitestReport> = {}): VitestReport {
  return { numPassedTests: passed, numFailedTests: failed, numPendingTests: 0, testResults: [], ...more }
}

const unread = { testResults: [{ status: 'failed', assertionResults: [] }] }

test.each<[string, number | null, VitestReport | undefined, boolean, string]>([
  ['all passed', 0, report(3), true, '3 passed'],
  ['some skipped', 0, report(3, 0, { numPendingTests: 1, numTodoTests: 1 }), true, '3 passed, 2 skipped'],
  ['one failed', 1, report(3, 1), false, 'FAILED: 1 failed, 3 passed'],
  ['a file that could not be read', 1, report(3, 0, unread), false, 'FAILED: 1 failed, 3 passed'],
  ['one failed, whatever the exit code is', 0, report(3, 1), false, 'FAILED: 1 failed, 3 passed'],
  ['an error beside the tests', 1, report(3), false, 'FAILED: 3 passed (vitest ended with an error)'],
  ['no test', 0, report(0), false, 'FAILED: 0 passed (no test ran)'],
  [
    'all skipped',
    0,
    report(0, 0, { numPendingTests: 4 }),
    false,
    'FAILED: 0 passed, 4 skipped (no test ran)',
  ],
  ['killed before there was a report', null, undefined, false, 'FAILED: the run ended without a report'],
  ['killed after it', null, report(3), false, 'FAILED: 3 passed (vitest ended with an error)'],
])('%s', (_, code, given, passed, said) => {
  expect(verdictOf(code, given)).toEqual({ passed, said })
})

const outcome = (suite: string, passed: boolean): Outcome => ({
  platform: 'oldest',
  kubernetes: '1.32.9',
  clickhouse: '25.8.2.1',
  suite,
  passed,
  said: passed ? '3 passed' : 'FAILED: 1 failed, 2 passed',
})

test('the last lines say what ran on what, and passed', () => {
  expect(summaryOf([outcome('contract', true), outcome('rotation', true)])).toBe(`\
| platform | Kubernetes | ClickHouse | suite | result |
| --- | --- | --- | --- | --- |
| oldest | 1.32.9 | 25.8.2.1 | contract | 3 passed |
| oldest | 1.32.9 | 25.8.2.1 | rotation | 3 passed |

All 2 suites passed.
`)
})

test('what failed is named last', () => {
  const lines = summaryOf([outcome('contract', true), outcome('rotation', false)])
    .trimEnd()
    .split('\n')
  expect(lines.at(-1)).toBe('FAILED: 1 of 2 suites: oldest rotation.')
  expect(lines).toContain('| oldest | 1.32.9 | 25.8.2.1 | rotation | FAILED: 1 failed, 2 passed |')
})
