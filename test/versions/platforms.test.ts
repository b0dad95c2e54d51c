/** What is claimed is what is tried: the oldest and the newest versions, wherever they are named. */
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { compareReleases, oldestSupported } from '../../src/clickhouse/catalog/version.ts'
import { moduleDirectory } from '../../src/dev/control-plane/build.ts'
import { manifestOf, root } from '../deploy/manifests.ts'
import { moduleOf, platforms, requirementsOf } from './platforms.ts'

const textOf = (path: string): string => readFileSync(join(root, path), 'utf8')

/** As the module pins it: `1.36.3`. */
function kubernetesIn(module: string): string {
  return /^\s*k8s\.io\/kubernetes v(\S+)/m.exec(readFileSync(join(module, 'go.mod'), 'utf8'))?.[1] ?? ''
}

const kubernetes = platforms.map(platform => kubernetesIn(moduleOf(platform))).sort(compareReleases)
const engines = platforms.map(({ engine }) => engine).sort(compareReleases)
const [oldestKubernetes = '', newestKubernetes = ''] = [kubernetes.at(0), kubernetes.at(-1)]

test('the oldest Kubernetes that is tried is the oldest that is taken', () => {
  const [minor = ''] = /^\d+\.\d+/.exec(oldestKubernetes) ?? []
  expect(manifestOf('deploy/helm/lenskeeper/Chart.yaml')).toMatchObject({ kubeVersion: `>=${minor}.0-0` })
  for (const page of ['README.md', 'deploy/README.md'])
    expect(textOf(page), page).toContain(`Kubernetes ${minor} or newer`)
})

test('the newest Kubernetes that is tried is that of all other tests', () => {
  expect(newestKubernetes).toBe(kubernetesIn(moduleDirectory))
})

test('the oldest ClickHouse that is tried is the oldest that is taken', () => {
  expect(engines[0]).toBe(oldestSupported)
  expect(textOf('README.md')).toContain(`ClickHouse ${oldestSupported} or newer`)
})

test.each(platforms)('$name has its engine pinned by hashes, and stands in docs/testing.md', platform => {
  for (const line of readFileSync(requirementsOf(platform), 'utf8').split('\n').filter(Boolean))
    expect(line).toMatch(/^(?:#.*|[a-z-]+==[0-9.]+(?: --hash=sha256:[0-9a-f]{64})+)$/)
  const row = `| \`${platform.name}\` | ${kubernetesIn(moduleOf(platform))} | ${platform.engine} |`
  expect(textOf('docs/testing.md')).toContain(row)
})
