import { execFile } from 'node:child_process'
import { existsSync } from 'node:fs'
import { mkdir, rename, rm, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { systemClock } from '../../../src/core/clock.ts'
import { withLock } from '../../../src/dev/control-plane/file-lock.ts'
import { cacheFolder } from '../../../src/dev/user-folders.ts'

/** The first of the oldest line that the package is for, a late one of the next, and the one that runs this. */
export const nodeVersions: readonly string[] = ['20.0.0', '22.23.3', process.versions.node]

/**
 * A Node of that version, from the npm package `node`, which is kept in the user's cache: in `node_modules` here it
 * would take the place of the one that runs everything.
 */
export async function nodeOf(version: string): Promise<string> {
  if (version === process.versions.node) return process.execPath
  const cache = join(cacheFolder(), 'node')
  const target = join(cache, version)
  await mkdir(cache, { recursive: true })
  const fill = (): Promise<void> => install(version, target)
  const waiting = { clock: systemClock, onWait: () => undefined }
  if (!existsSync(target)) await withLock(`${target}.lock`, fill, waiting, new AbortController().signal)
  return join(target, 'node_modules', 'node', 'bin', process.platform === 'win32' ? 'node.exe' : 'node')
}

async function install(version: string, target: string): Promise<void> {
  if (existsSync(target)) return
  const unfinished = `${target}.unfinished`
  await rm(unfinished, { recursive: true, force: true })
  await mkdir(unfinished)
  // Its install script fetches the program for this machine.
  const manifest = { private: true, allowScripts: { node: true } }
  await writeFile(join(unfinished, 'package.json'), JSON.stringify(manifest))
  await promisify(execFile)('npm', ['install', '--no-audit', '--no-fund', `node@${version}`], {
    cwd: unfinished,
    shell: process.platform === 'win32',
  })
  await rename(unfinished, target)
}
