import { execFile } from 'node:child_process'
import { cp, mkdir, mkdtemp, rm, symlink } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { buildEmbed } from '../../../scripts/build-embed.ts'

export const root = join(import.meta.dirname, '../../..')
const run = promisify(execFile)

export interface Packed extends AsyncDisposable {
  /** The package as it was built. */
  readonly built: string
  readonly tarball: string
  /** What is in the tarball. */
  readonly files: readonly string[]
  /** A partner's project, with the tarball installed. */
  readonly consumer: string
}

/** Builds the package, packs it, and installs it into a project that has nothing else, without a network. */
export async function packAndInstall(): Promise<Packed> {
  const folder = await mkdtemp(join(tmpdir(), 'lenskeeper-embed-'))
  const [built, consumer] = [join(folder, 'built'), join(folder, 'consumer')]
  await buildEmbed(built)
  const packing = await npm(['pack', '--json', '--pack-destination', folder], built)
  const [pack] = JSON.parse(packing) as readonly { filename: string; files: readonly { path: string }[] }[]
  if (pack === undefined) throw new Error('npm packed nothing')
  const tarball = join(folder, pack.filename)
  await cp(join(import.meta.dirname, 'consumer'), consumer, { recursive: true })
  await npm(['install', '--offline', '--no-audit', '--no-fund', tarball], consumer)
  // Any partner who writes TypeScript for Node has these.
  await mkdir(join(consumer, 'node_modules/@types'))
  await symlink(join(root, 'node_modules/@types/node'), join(consumer, 'node_modules/@types/node'))
  return {
    built,
    tarball,
    files: pack.files.map(({ path }) => path).toSorted(),
    consumer,
    [Symbol.asyncDispose]: () => rm(folder, { recursive: true }),
  }
}

async function npm(args: readonly string[], cwd: string): Promise<string> {
  return (await run('npm', args, { cwd, shell: process.platform === 'win32' })).stdout
}
