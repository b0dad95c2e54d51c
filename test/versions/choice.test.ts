import { describe, expect, test } from 'vitest'
import { choose, ChoiceError } from './choice.ts'
import { platforms, suiteNames, suites } from './platforms.ts'

/** `oldest contract` for each piece. */
function chosen(...args: readonly string[]): readonly string[] {
  return choose(args).pieces.map(({ platform, suite }) => `${platform.name} ${suite}`)
}

const table = platforms.flatMap(({ name, suites: tried }) => tried.map(suite => `${name} ${suite}`))
const suitesOf = (platform: string): readonly string[] =>
  platforms.find(({ name }) => name === platform)?.suites ?? []

describe('what is asked for', () => {
  test.each<[string, readonly string[], readonly string[]]>([
    ['nothing: the whole table', [], table],
    ['a platform: its suites', ['26.1'], suitesOf('26.1').map(suite => `26.1 ${suite}`)],
    [
      'two platforms, in the order of the table',
      ['26.3', 'newest'],
      table.filter(piece => /^(?:26\.3|newest) /.test(piece)),
    ],
    ['a suite: where the table has it', ['rotation'], ['oldest rotation', 'newest rotation']],
    ['one that is about Kubernetes alone', ['kubernetes'], ['oldest kubernetes']],
    [
      'two suites, where the table has each',
      ['main-path', 'leadership'],
      table.filter(piece => /main-path|leadership/.test(piece)),
    ],
    ['a piece', ['oldest', 'rotation'], ['oldest rotation']],
    ['the same in another order', ['rotation', 'oldest'], ['oldest rotation']],
    ['a piece that the table has not', ['26.1', 'rotation'], ['26.1 rotation']],
    [
      'a file, on each platform',
      ['integration/drift.test.ts'],
      platforms.map(({ name }) => `${name} integration/drift.test.ts`),
    ],
    [
      'one as it is written elsewhere',
      ['oldest', './test/integration/drift.test.ts'],
      ['oldest integration/drift.test.ts'],
    ],
    ['a suite and a file', ['oldest', 'contract', 'faults/'], ['oldest contract', 'oldest faults/']],
    [
      'two versions: all suites on them',
      ['--kubernetes', '1.32', '--clickhouse', '26.9'],
      suiteNames.map(suite => `1.32 with 26.9 ${suite}`),
    ],
    ['one version, with the usual other one', ['--kubernetes=1.32', 'contract'], ['1.32 with 26.7 contract']],
    ['the other one', ['ownership', '--clickhouse', '25.8'], ['1.36 with 25.8 ownership']],
  ])('%s', (_, args, pieces) => {
    expect(chosen(...args)).toEqual(pieces)
  })

  test('a piece has the files of its suite', () => {
    expect(choose(['oldest', 'server']).pieces[0]?.paths).toEqual(suites.server)
  })

  test('it may be named without being run', () => {
    expect(choose(['--list', 'oldest', 'contract'])).toMatchObject({
      onlyList: true,
      pieces: [{ suite: 'contract' }],
    })
  })
})

test.each<[string, readonly string[], RegExp]>([
  [
    'a word that is neither',
    ['oldest', 'rotatoin'],
    /^There is no "rotatoin": it is one of oldest, .* and rotation, or a path/,
  ],
  ['a version as if it were a platform', ['25.8'], /^There is no "25\.8"/],
  [
    'a Kubernetes that cannot be had',
    ['--kubernetes', '1.33'],
    /^There is no Kubernetes 1\.33 to try: it is one of 1\.32 and 1\.36\.$/,
  ],
  ['a ClickHouse that cannot be had', ['--clickhouse', '24.8'], /^There is no ClickHouse 24\.8 to try/],
  ['what every object has', ['--clickhouse', 'constructor'], /^There is no ClickHouse constructor/],
  ['a platform beside versions', ['oldest', '--clickhouse', '26.9'], /name one, or versions/],
  ['a flag that there is not', ['--platform', 'oldest'], /--platform/],
  ['a version that is not said', ['--kubernetes'], /--kubernetes/],
])('%s is said to be wrong', (_, args, says) => {
  expect(() => choose(args)).toThrow(ChoiceError)
  expect(() => choose(args)).toThrow(says)
})
