/** Former states of this project, taken for the releases that there are none of yet: their program, and their deploy/. */
import { execFile } from 'node:child_process'
import { rm } from 'node:fs/promises'
import { join } from 'node:path'
import { promisify } from 'node:util'
import type { World } from '../../cluster/world.ts'
import { kept } from '../../cluster/kept.ts'
import { root } from '../../deploy/manifests.ts'

const run = promisify(execFile)

export interface FormerRelease {
  readonly commit: string
  /** What there was not yet. */
  readonly before: string
  /** Whether it asks who leads, so that the next one may start beside it. */
  readonly electsLeader: boolean
}

export const formerReleases: readonly FormerRelease[] = [
  {
    commit: '700db34e043c1e129c8bb57bb296439c604d2fb8',
    before: 'several operators, and before marks say when tables go',
    electsLeader: false,
  },
  {
    commit: '9dde112fb8263bb1b3a1f7500d47d0e050a0b11d',
    before: 'a status is one managed field, and before operators announce themselves',
    electsLeader: true,
  },
]

export interface Release {
  /** As it is in the image. */
  readonly program: string
  /** The folder that holds deploy/ and crds/. */
  readonly checkout: string
}

/** Built from the history of this clone, with the dependencies of that time; once, and kept. */
export async function builtRelease({ commit }: FormerRelease): Promise<Release> {
  const checkout = await kept({ what: 'former-release', key: commit }, async unfinished => {
    await checkOut(commit, unfinished)
    const flags = ['--no-save', '--omit=dev', '--ignore-scripts', '--no-audit', '--no-fund']
    await run('npm', ['install', ...flags, '--loglevel=error'], { cwd: unfinished })
    await run(process.execPath, ['scripts/bundle.mjs'], { cwd: unfinished })
    // What was bundled needs none of it.
    await rm(join(unfinished, 'node_modules'), { recursive: true })
  })
  return { program: join(checkout, 'dist/lenskeeper.mjs'), checkout }
}

async function checkOut(commit: string, folder: string): Promise<void> {
  const archive = join(folder, 'archive.tar')
  try {
    await run('git', ['archive', '--output', archive, commit], { cwd: root })
  } catch (error) {
    throw new Error(`this clone has no commit ${commit}: fetch its whole history (git fetch --unshallow)`, {
      cause: error,
    })
  }
  await run('tar', ['-xf', archive, '-C', folder])
  await rm(archive)
}

/** As an administrator installs and upgrades: the CRDs first. */
export async function applyRelease(world: World, checkout: string): Promise<void> {
  const apply = ['apply', '--server-side', '--force-conflicts', '-k']
  await world.kubectl([...apply, join(checkout, 'deploy/crds')])
  await world.kubectl([...apply, join(checkout, 'deploy')])
}
