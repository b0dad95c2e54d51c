/** All files of a release, from a copy of the checkout that bears its version. */
import { execFile } from 'node:child_process'
import { createHash } from 'node:crypto'
import { mkdir, readdir, readFile, rm, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { completionScripts } from '../../src/cli/completion/scripts.ts'
import { tarGz, type ArchivedFile } from './archive.ts'
import { notesOf } from './changelog.ts'
import { releaseManifests } from './manifests.ts'
import type { Target } from './node-programs.ts'
import { buildPlugin } from './plugin.ts'
import { renderSbom } from './sbom.ts'

export interface BuildOptions {
  /** Of the copy. */
  readonly root: string
  readonly outdir: string
  readonly version: string
  /** The time of all that is made, in seconds since 1970. */
  readonly seconds: number
  /** Which programs to make. */
  readonly targets: readonly Target[]
  readonly onProgress: (line: string) => void
}

/** Replaces the folder. */
export async function buildRelease(options: BuildOptions): Promise<void> {
  const { root, outdir, version, seconds, targets, onProgress } = options
  await rm(outdir, { recursive: true, force: true })
  await mkdir(outdir, { recursive: true })
  const put = async (name: string, content: string | Buffer): Promise<void> => {
    await writeFile(join(outdir, name), content)
    onProgress(name)
  }
  const notes = notesOf(await readFile(join(root, 'CHANGELOG.md'), 'utf8'), version)
  await runHere(root, ['scripts/generate.ts'])
  for (const [name, text] of releaseManifests(root, version)) await put(name, text)
  const account = 'operator-account.sql'
  await put(account, await readFile(join(root, 'deploy/clickhouse', account)))
  const chart = await filesBelow(join(root, 'deploy/helm/lenskeeper'), 'lenskeeper')
  await put(`lenskeeper-${version}.tgz`, tarGz(chart, seconds))
  await runHere(root, ['scripts/build-embed.ts'])
  const embed = await filesBelow(join(root, 'dist/embed'), 'package')
  await put(`lenskeeper-embed-${version}.tgz`, tarGz(embed, seconds))
  await runHere(root, ['scripts/bundle.mjs', '--single'])
  const folders = JSON.parse(await readFile(join(root, 'dist/packages.json'), 'utf8')) as readonly string[]
  await put('sbom.spdx.json', renderSbom({ root, folders, seconds }))
  for (const target of targets) await put(...(await pluginArchive(options, target)))
  await put('RELEASE-NOTES.md', notes)
  await put('SHA256SUMS', await checksums(outdir))
}

async function pluginArchive({ root, version, seconds }: BuildOptions, target: Target) {
  const script = await readFile(join(root, 'dist/lenskeeper.cjs'))
  const { program, nodeLicense } = await buildPlugin(script, target)
  const [license, others] = await Promise.all(
    ['LICENSE', 'dist/THIRD-PARTY-LICENSES.txt'].map(path => readFile(join(root, path))),
  )
  const files: readonly ArchivedFile[] = [
    { path: 'kubectl-lenskeeper', content: program, isProgram: true },
    { path: 'kubectl_complete-lenskeeper', content: Buffer.from(completionScripts.kubectl), isProgram: true },
    { path: 'LICENSE', content: license ?? Buffer.alloc(0) },
    { path: 'THIRD-PARTY-LICENSES.txt', content: others ?? Buffer.alloc(0) },
    { path: 'NODE-LICENSE.txt', content: nodeLicense },
  ]
  return [`kubectl-lenskeeper_${version}_${target}.tar.gz`, tarGz(files, seconds)] as const
}

async function runHere(root: string, args: readonly string[]): Promise<void> {
  await promisify(execFile)(process.execPath, args, { cwd: root })
}

async function filesBelow(folder: string, prefix: string): Promise<readonly ArchivedFile[]> {
  const entries = await readdir(folder, { recursive: true, withFileTypes: true })
  const paths = entries.filter(entry => entry.isFile()).map(entry => join(entry.parentPath, entry.name))
  return await Promise.all(
    paths.map(async path => ({ path: prefix + path.slice(folder.length), content: await readFile(path) })),
  )
}

/** As `sha256sum --check` takes it. */
export async function checksums(folder: string): Promise<string> {
  const names = (await readdir(folder)).filter(name => name !== 'SHA256SUMS').toSorted()
  const lines = names.map(async name => {
    const digest = createHash('sha256')
      .update(await readFile(join(folder, name)))
      .digest('hex')
    return `${digest}  ${name}\n`
  })
  return (await Promise.all(lines)).join('')
}
