/** Which pieces somebody asks for on the command line. Pure. */
import { parseArgs } from 'node:util'
import { inWords } from '../../src/core/text/list-text.ts'
import {
  clickhouseVersions,
  kubernetesVersions,
  platforms,
  suiteNames,
  suites,
  usual,
  type Platform,
  type Suite,
} from './platforms.ts'

/** One run of vitest. */
export interface Piece {
  readonly platform: Platform
  readonly suite: string
  /** Files and folders of test/. */
  readonly paths: readonly string[]
}

export interface Choice {
  readonly pieces: readonly Piece[]
  /** They are to be named, and not run. */
  readonly onlyList: boolean
}

export class ChoiceError extends Error {}

export const usage = `npm run test:versions -- [--list] [PLATFORM …] [SUITE or PATH …]
npm run test:versions -- --kubernetes V --clickhouse V [SUITE or PATH …]

PLATFORM  ${inWords(names(platforms), 'or')}; without any, all that have the suite
SUITE     ${inWords(suiteNames, 'or')}; without any, those of the platform
PATH      a file or folder of test/, such as integration/drift.test.ts
V         Kubernetes ${inWords(kubernetesVersions, 'or')}; ClickHouse ${inWords(clickhouseVersions, 'or')}; without one, that of npm test`

/** @throws ChoiceError that says what there is */
export function choose(args: readonly string[]): Choice {
  const { values, positionals } = parsed(args)
  const { list: onlyList = false, kubernetes, clickhouse } = values
  const words = sorted(positionals)
  if (kubernetes === undefined && clickhouse === undefined)
    return { onlyList, pieces: piecesOn(platformsOf(words), words) }
  if (words.platforms.length > 0)
    throw new ChoiceError('A platform has its versions: name one, or versions, and not both.')
  return { onlyList, pieces: piecesOn([combination(kubernetes, clickhouse)], words) }
}

function parsed(args: readonly string[]) {
  try {
    return parseArgs({
      args: [...args],
      allowPositionals: true,
      options: {
        list: { type: 'boolean' },
        kubernetes: { type: 'string' },
        clickhouse: { type: 'string' },
      },
    })
  } catch (error) {
    throw new ChoiceError(error instanceof Error ? error.message : String(error), { cause: error })
  }
}

interface Words {
  readonly platforms: readonly Platform[]
  readonly suites: readonly Suite[]
  readonly paths: readonly string[]
}

function sorted(words: readonly string[]): Words {
  const asked = {
    platforms: platforms.filter(({ name }) => words.includes(name)),
    suites: suiteNames.filter(name => words.includes(name)),
    paths: words.filter(isPath).map(path => path.replace(/^(?:\.\/)?test\//, '')),
  }
  const known = [...names(platforms), ...suiteNames]
  const unknown = words.find(word => !isPath(word) && !known.includes(word))
  if (unknown !== undefined)
    throw new ChoiceError(
      `There is no "${unknown}": it is one of ${inWords(known, 'and')}, or a path of test/.`,
    )
  return asked
}

function isPath(word: string): boolean {
  return word.includes('/') || word.endsWith('.ts')
}

/** A suite that nobody names a platform for runs where it says something that others do not. */
function platformsOf(words: Words): readonly Platform[] {
  if (words.platforms.length > 0) return words.platforms
  if (words.suites.length === 0) return platforms
  return platforms.filter(platform => words.suites.some(suite => platform.suites.includes(suite)))
}

function piecesOn(on: readonly Platform[], words: Words): readonly Piece[] {
  const { suites: asked, paths } = words
  const isNamed = words.platforms.length > 0
  return on.flatMap(platform => {
    const all = asked.length > 0 || paths.length > 0 ? asked : platform.suites
    const chosen = isNamed ? all : all.filter(suite => platform.suites.includes(suite))
    return [
      ...chosen.map(suite => ({ platform, suite, paths: suites[suite] })),
      ...paths.map(path => ({ platform, suite: path, paths: [path] })),
    ]
  })
}

function combination(kubernetes: string = usual.kubernetes, clickhouse: string = usual.clickhouse): Platform {
  const found = {
    kubernetes: oneOf('Kubernetes', kubernetesVersions, kubernetes),
    clickhouse: oneOf('ClickHouse', clickhouseVersions, clickhouse),
  }
  return { name: `${found.kubernetes} with ${found.clickhouse}`, ...found, suites: suiteNames }
}

function oneOf<T extends string>(what: string, versions: readonly T[], asked: string): T {
  const found = versions.find(version => version === asked)
  if (found !== undefined) return found
  throw new ChoiceError(`There is no ${what} ${asked} to try: it is one of ${inWords(versions, 'and')}.`)
}

function names(of: readonly Platform[]): readonly string[] {
  return of.map(({ name }) => name)
}
