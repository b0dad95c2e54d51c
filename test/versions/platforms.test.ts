/** What is claimed is what is tried: the oldest and the newest versions, wherever they are named. */
import { existsSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { compareReleases, oldestSupported } from '../../src/clickhouse/catalog/version.ts'
import { moduleDirectory } from '../../src/dev/control-plane/build.ts'
import { manifestOf, root } from '../deploy/manifests.ts'
import {
  clickhouseVersions,
  kubernetesVersions,
  moduleOf,
  platforms,
  releaseIn,
  requirementsOf,
  suiteNames,
  suites,
  usual,
} from './platforms.ts'

const textOf = (path: string): string => readFileSync(join(root, path), 'utf8')

const kubernetes = platforms.map(platform => platform.kubernetes).toSorted(compareReleases)
const engines = platforms.map(({ clickhouse }) => clickhouse).toSorted(compareReleases)

test('the oldest Kubernetes that is tried is the oldest that is taken', () => {
  const minor = kubernetes[0]
  expect(manifestOf('deploy/helm/lenskeeper/Chart.yaml')).toMatchObject({ kubeVersion: `>=${minor}.0-0` })
  for (const page of ['README.md', 'deploy/README.md'])
    expect(textOf(page), page).toContain(`Kubernetes ${minor} or newer`)
})

test('the newest Kubernetes that is tried is that of all other tests', () => {
  expect(kubernetes.at(-1)).toBe(usual.kubernetes)
  expect(moduleOf(usual.kubernetes)).toBe(moduleDirectory)
})

test.each(kubernetesVersions)('the module of Kubernetes %s builds that', version => {
  expect(releaseIn(moduleOf(version)).split('.').slice(0, 2).join('.')).toBe(version)
})

test('the oldest ClickHouse that is tried is the oldest that is taken', () => {
  expect(engines[0]).toBe(oldestSupported)
  expect(textOf('README.md')).toContain(`ClickHouse ${oldestSupported} or newer`)
})

test.each(clickhouseVersions.flatMap(version => requirementsOf(version) ?? []))(
  '%s pins an engine by its hash',
  path => {
    for (const line of readFileSync(path, 'utf8').split('\n').filter(Boolean))
      expect(line).toMatch(/^(?:#.*|[a-z-]+==[0-9.]+(?: --hash=sha256:[0-9a-f]{64})+)$/)
  },
)

test.each(suiteNames)('%s is there, and tried on the oldest of both', suite => {
  for (const path of suites[suite]) expect(existsSync(join(root, 'test', path)), path).toBe(true)
  expect(platforms.find(({ name }) => name === 'oldest')?.suites).toContain(suite)
})

/** A person who has run it says so there. */
test('docs/testing.md says of each suite where it is tried, and whether it was', () => {
  const releases = platforms.map(
    ({ kubernetes, clickhouse }) => `${releaseIn(moduleOf(kubernetes))} and ${clickhouse}`,
  )
  const rows = [
    ['suite', 'tests', ...platforms.map(({ name }, at) => `\`${name}\`: ${releases[at]}`)],
    ...suiteNames.map(suite => [
      `\`${suite}\``,
      suites[suite].map(path => `\`${path}\``).join(', '),
      ...platforms.map(platform => (platform.suites.includes(suite) ? 'yes' : '–')),
    ]),
  ].map(cells => `| ${cells.join(' | ')} |`)
  const said = textOf('docs/testing.md')
    .replaceAll(/\| (?:not yet|in part)(?= )/g, '| yes')
    .split('\n')
  expect(said).toEqual(expect.arrayContaining(rows))
})

test('the workflow tries every platform', () => {
  const { jobs } = manifestOf('.github/workflows/versions.yml') as unknown as {
    readonly jobs: {
      readonly try: { readonly strategy: { readonly matrix: { readonly platform: unknown } } }
    }
  }
  expect(jobs.try.strategy.matrix.platform).toEqual(platforms.map(({ name }) => name))
})
