/**
 * Gives examples/portal the package @lenskeeper/embed of this checkout, as `npm install` there does with the one in
 * dist/embed. It is built once for each state of its sources.
 */
import { createHash } from 'node:crypto'
import { existsSync } from 'node:fs'
import { mkdir, readdir, readFile, readlink, rename, rm, symlink } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import { buildEmbed } from './build-embed.ts'

const root = join(import.meta.dirname, '..')
const cache = join(root, 'node_modules/.cache/lenskeeper-embed')
const link = join(root, 'examples/portal/node_modules/@lenskeeper/embed')

/** May run several times at once: what stands in its place is whole. */
export async function linkEmbed(): Promise<void> {
  const built = join(cache, await digestOfSources())
  if (!existsSync(built)) {
    const partial = `${built}.${process.pid}`
    await buildEmbed(partial)
    // Whoever was faster has built the same.
    await rename(partial, built).catch(() => rm(partial, { recursive: true }))
  }
  if ((await readlink(link).catch(() => undefined)) === built) return
  await mkdir(dirname(link), { recursive: true })
  const other = `${link}.${process.pid}`
  await symlink(built, other, 'junction')
  await rename(other, link)
}

async function digestOfSources(): Promise<string> {
  const hash = createHash('sha256')
  const sources = (await readdir(join(root, 'src/embed'), { recursive: true }))
    .filter(name => /\.(ts|json|md)$/.test(name))
    .sort()
    .map(name => join('src/embed', name))
  for (const path of [...sources, 'scripts/build-embed.ts', 'scripts/browser-helper.ts', 'package.json'])
    hash.update(`${path}\0`).update(await readFile(join(root, path)))
  return hash.digest('hex').slice(0, 16)
}

if (import.meta.main) await linkEmbed()
