/**
 * Makes all that a release hands out, in dist/release. The same commit gives the same bytes.
 *
 *   npm run release -- --version 0.2.0 [--image registry.example/lenskeeper] [--digest sha256:…] [--outdir dist/release]
 *
 * --targets names the programs to make (linux_amd64,linux_arm64,darwin_amd64,darwin_arm64); by default those that this
 * machine can. SOURCE_DATE_EPOCH is the time of all files; by default that of the commit.
 */
import { execFileSync } from 'node:child_process'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join, resolve } from 'node:path'
import { parseArgs } from 'node:util'
import { buildRelease } from './release/build.ts'
import { copyCheckout } from './release/checkout.ts'
import { pinned, targetsHere, type Target } from './release/node-programs.ts'

const root = join(import.meta.dirname, '..')

export interface ReleaseOptions {
  readonly version: string
  readonly outdir: string
  readonly image?: string | undefined
  readonly digest?: string | undefined
  readonly targets?: readonly Target[] | undefined
  readonly seconds?: number | undefined
  readonly onProgress?: (line: string) => void
}

/** Replaces the folder. */
export async function release(options: ReleaseOptions): Promise<void> {
  const { version, outdir, image = 'lenskeeper', digest, onProgress = () => undefined } = options
  const folder = await mkdtemp(join(tmpdir(), 'lenskeeper-release-'))
  try {
    await copyCheckout(root, folder, { version, image, digest })
    const { targets = targetsHere(), seconds = timeOfCommit() } = options
    await buildRelease({ root: folder, outdir, version, seconds, targets, onProgress })
  } finally {
    await rm(folder, { recursive: true })
  }
}

function timeOfCommit(): number {
  const given = process.env['SOURCE_DATE_EPOCH']
  const said = given ?? execFileSync('git', ['log', '-1', '--format=%ct'], { cwd: root, encoding: 'utf8' })
  const seconds = Number(said.trim())
  if (!Number.isSafeInteger(seconds) || seconds < 0)
    throw new Error(`SOURCE_DATE_EPOCH is "${said.trim()}", and takes seconds since 1970`)
  return seconds
}

interface Asked extends ReleaseOptions {
  readonly targets: readonly Target[] | undefined
}

/** What was asked for, or what is wrong with it. */
export function readRequest(args: readonly string[]): Asked | string {
  const text = { type: 'string' } as const
  const options = { version: text, image: text, digest: text, targets: text, outdir: text }
  const { values } = parseArgs({ args: [...args], options })
  const { version, image, digest } = values
  if (version === undefined) return '--version is missing: npm run release -- --version 0.2.0'
  if (!/^(0|[1-9]\d*)(\.(0|[1-9]\d*)){2}(-[0-9A-Za-z]+(\.[0-9A-Za-z]+)*)?$/.test(version))
    return `--version ${version} is no semantic version: three numbers, such as 0.2.0, without a "v"`
  if (image !== undefined && !/^[a-z0-9][a-z0-9.:/_-]*$/.test(image))
    return `--image ${image} is no name of an image`
  if (digest !== undefined && !/^sha256:[0-9a-f]{64}$/.test(digest))
    return `--digest ${digest} is no sha256:…`
  const targets = values.targets?.split(',')
  const unknown = targets?.find(target => !isTarget(target))
  if (unknown !== undefined) return `--targets: there is no ${unknown}`
  const outdir = resolve(values.outdir ?? join(root, 'dist/release'))
  return { version, image, digest, targets: targets?.filter(isTarget), outdir }
}

function isTarget(name: string): name is Target {
  return ['linux_amd64', 'linux_arm64', 'darwin_amd64', 'darwin_arm64'].includes(name)
}

if (import.meta.main) {
  const asked = readRequest(process.argv.slice(2))
  if (typeof asked === 'string') {
    console.error(asked)
    process.exitCode = 2
  } else if (process.versions.node !== pinned.version) {
    console.error(
      `A release is made by Node ${pinned.version}, and this is ${process.versions.node}: npm run release`,
    )
    process.exitCode = 2
  } else {
    await release({ ...asked, onProgress: line => console.log(line) })
    console.log(`${asked.version} is in ${asked.outdir}`)
    if (asked.image === undefined)
      console.log(
        'Its manifests and chart name the image "lenskeeper", which is in no registry: --image names yours',
      )
  }
}
