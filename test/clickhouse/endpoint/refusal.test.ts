import { parseError, ClickHouseError } from '@clickhouse/client'
import { describe, expect, test } from 'vitest'
import { refusalIn, ServerRefusal } from '../../../src/clickhouse/endpoint/refusal.ts'

const plain =
  'Code: 497. DB::Exception: u: Not enough privileges (2). (ACCESS_DENIED) (version 26.7 (official build))'
const passedOn = `Code: 57. DB::Exception: There was an error on [h:9000]: Code: 57. DB::Exception: It exists. (TABLE_ALREADY_EXISTS) (version 26.7). (TABLE_ALREADY_EXISTS) (version 26.7)`
const quoting = 'Code: 62. DB::Exception: Syntax error: Code: 1 Exception: (x). (SYNTAX_ERROR) (version 26.7)'

function read(error: Error): readonly [string, string | undefined] | undefined {
  return error instanceof ClickHouseError || error instanceof ServerRefusal
    ? [error.code, error.type]
    : undefined
}

describe('what a server refused', () => {
  test.each([
    ['plainly', plain],
    ['as another one said', passedOn],
    ['quoting the statement', quoting],
    ['without a type', 'Code: 497. DB::Exception: no.'],
    ['in a page of a gateway', '<html>Error: 502 Bad gateway</html>'],
    ['with a stack of Java', 'Error: 500 java.lang.Exception: no (X)'],
    ['with nothing', ''],
  ])('%s, is read as the client reads it', (_, text) => {
    expect(read(refusalIn(text, undefined))).toEqual(read(parseError(text)))
  })

  test.each([
    ['the header has the number', 'Code: 497. DB::Exception: cut o', '497', ['497', undefined]],
    ['the header is before the text', plain, '516', ['516', 'ACCESS_DENIED']],
    ['a header of something else is no number', plain, '4 97', ['497', 'ACCESS_DENIED']],
    ['nor are two', plain, ['1', '2'], ['497', 'ACCESS_DENIED']],
  ] as const)('%s', (_, text, header, wanted) => {
    expect(read(refusalIn(text, typeof header === 'string' ? header : [...header]))).toEqual(wanted)
  })
})

test('no text of 16 KiB takes long', () => {
  const third = 5461
  const fill = (piece: string): string => piece.repeat(third / piece.length)
  const before = process.cpuUsage()
  for (const type of ['(AAAA_', '(a', '(', 'A', '(AAA)']) {
    refusalIn(fill('Code: 1') + fill('Exception: ') + fill(type), undefined)
    refusalIn(fill(`Code: 1 Exception: ${type}`).repeat(3), undefined)
  }
  expect(process.cpuUsage(before).user).toBeLessThan(1_000_000)
})
