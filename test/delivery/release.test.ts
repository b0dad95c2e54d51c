/** A release as it is made here: twice the same, and each of its files does what it is for. */
import { execFile } from 'node:child_process'
import { mkdir, mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { gunzipSync } from 'node:zlib'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { release } from '../../scripts/release.ts'
import { kubectl } from '../cluster/cluster.ts'
import { deployFolder } from '../../src/dev/environment-files.ts'
import { root, type Manifest } from '../deploy/manifests.ts'
import { objectsIn, openHelm } from './helm.ts'

const run = promisify(execFile)
const version = '9.8.7'
const image = 'registry.example:5000/team/lenskeeper'
const digest = `sha256:${'0a'.repeat(32)}`
const seconds = 1_700_000_000

let folder = ''
const made = (...names: readonly string[]): string => join(folder, 'release', ...names)

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'lenskeeper-release-test-'))
  await release({ version, image, digest, seconds, outdir: made(), targets: ['linux_amd64', 'linux_arm64'] })
})
afterAll(() => rm(folder, { recursive: true }))

test('holds what is promised, and its checksums are right', async () => {
  expect((await readdir(made())).toSorted()).toEqual([
    'RELEASE-NOTES.md',
    'SHA256SUMS',
    'crds.yaml',
    'install.yaml',
    `kubectl-lenskeeper_${version}_linux_amd64.tar.gz`,
    `kubectl-lenskeeper_${version}_linux_arm64.tar.gz`,
    `lenskeeper-${version}.tgz`,
    `lenskeeper-embed-${version}.tgz`,
    'monitoring.yaml',
    'namespaced.yaml',
    'operator-account.sql',
    'sbom.spdx.json',
    'trial.yaml',
  ])
  await run('sha256sum', ['--check', '--strict', 'SHA256SUMS'], { cwd: made() })
})

test('is the same bytes when it is made again, elsewhere', async () => {
  const again = join(folder, 'again')
  await release({ version, image, digest, seconds, outdir: again, targets: ['linux_amd64'] })
  const sums = async (path: string): Promise<readonly string[]> =>
    (await readFile(path, 'utf8')).split('\n').filter(line => !line.endsWith('linux_arm64.tar.gz'))
  expect(await sums(join(again, 'SHA256SUMS'))).toEqual(await sums(made('SHA256SUMS')))
})

test('says nothing of the machine that made it', async () => {
  for (const name of await readdir(made())) {
    const whole = await readFile(made(name))
    const text = (name.endsWith('gz') ? gunzipSync(whole) : whole).toString('latin1')
    for (const place of [root, tmpdir() + '/lenskeeper-'])
      expect(text.includes(place), `${name}: ${place}`).toBe(false)
  }
})

test.each([
  ['install.yaml', ''],
  ['crds.yaml', 'crds'],
  ['namespaced.yaml', 'namespaced'],
  ['trial.yaml', 'trial'],
  ['monitoring.yaml', 'monitoring'],
])('%s is what kustomize builds, with the image of the release', async (name, base) => {
  const built = objectsIn(await kubectl(['kustomize', deployFolder(base)]))
  const expected = JSON.parse(
    JSON.stringify(built).replaceAll(/"lenskeeper:\d+\.\d+\.\d+"/g, `"${image}:${version}@${digest}"`),
  ) as readonly Manifest[]
  const byName = (objects: readonly Manifest[]) =>
    Object.fromEntries(
      objects.map(one => [`${one.kind} ${one.metadata?.namespace}/${one.metadata?.name}`, one]),
    )
  expect(byName(objectsIn(await readFile(made(name), 'utf8')))).toEqual(byName(expected))
})

test('the chart’s archive is one for Helm, with version and image', async () => {
  const helm = await openHelm()
  const rendered = await helm.run([
    'template',
    'x',
    made(`lenskeeper-${version}.tgz`),
    '--kube-version',
    '1.32.0',
  ])
  await helm.close()
  expect(rendered).toContain(`image: "${image}@${digest}"`)
  expect(rendered).toContain(`helm.sh/chart: "lenskeeper-${version}"`)
})

test('the plug-in runs with nothing beside it', async () => {
  const here = join(folder, 'plugin')
  await mkdir(here)
  await run('tar', ['-xzf', made(`kubectl-lenskeeper_${version}_linux_amd64.tar.gz`), '-C', here])
  expect((await readdir(here)).toSorted()).toEqual([
    'LICENSE',
    'NODE-LICENSE.txt',
    'THIRD-PARTY-LICENSES.txt',
    'kubectl-lenskeeper',
    'kubectl_complete-lenskeeper',
  ])
  const program = join(here, 'kubectl-lenskeeper')
  const alone = { cwd: here, env: {} }
  expect(await run(program, ['--version'], alone)).toEqual({ stdout: `lenskeeper ${version}\n`, stderr: '' })
  const { stdout } = await run(program, ['crds'], alone)
  expect(stdout).toContain(await readFile(join(root, 'crds/partnerkeys.yaml'), 'utf8'))
  await expect(run(program, ['demo'], alone)).rejects.toThrow(/Only from a checkout/)
})

test('the package for embed links is one for npm', async () => {
  const here = join(folder, 'consumer')
  await mkdir(here)
  await writeFile(join(here, 'package.json'), '{"private": true, "type": "module"}')
  const flags = ['--offline', '--no-audit', '--no-fund', '--loglevel=error']
  await run('npm', ['install', ...flags, made(`lenskeeper-embed-${version}.tgz`)], { cwd: here })
  const script = "import * as embed from '@lenskeeper/embed'; console.log(Object.keys(embed).length > 3)"
  const { stdout } = await run(process.execPath, ['--input-type=module', '-e', script], { cwd: here })
  expect(stdout).toBe('true\n')
})
