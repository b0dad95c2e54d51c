/** A folder as a Pod has it where a Secret is mounted. */
import { mkdir, readdir, readlink, rename, rm, symlink, writeFile } from 'node:fs/promises'
import { join } from 'node:path'

type Files = Readonly<Record<string, string>>

/**
 * Writes a version of a Secret into a folder as the kubelet does: the names are links into `..data`, which is a link to
 * the version's folder. All files change at once, when `..data` is replaced; the version before is removed.
 */
export async function mountSecret(folder: string, files: Files, version: string): Promise<void> {
  await writeVersion(folder, files, version)
  const before = await readlink(join(folder, '..data')).catch(() => undefined)
  await swapTo(folder, version)
  const shown = new Set(await readdir(folder))
  for (const name of Object.keys(files))
    if (!shown.has(name)) await symlink(join('..data', name), join(folder, name))
  if (before !== undefined) await rm(join(folder, before), { recursive: true })
}

/** A version that is there and not yet shown. */
export async function writeVersion(folder: string, files: Files, version: string): Promise<void> {
  await mkdir(join(folder, `..${version}`), { mode: 0o700 })
  for (const [name, content] of Object.entries(files))
    await writeFile(join(folder, `..${version}`, name), content, { mode: 0o600 })
}

/** Shows another version that is there, and removes none. */
export async function swapTo(folder: string, version: string): Promise<void> {
  await symlink(`..${version}`, join(folder, '..data_tmp'))
  await rename(join(folder, '..data_tmp'), join(folder, '..data'))
}
