/** What takes long to make and is kept in the user's cache, beside the control plane. */
import { existsSync } from 'node:fs'
import { mkdir, mkdtemp, rename, rm } from 'node:fs/promises'
import { join } from 'node:path'
import { systemClock } from '../../src/core/clock.ts'
import { withLock } from '../../src/dev/control-plane/file-lock.ts'
import { cacheFolder } from '../../src/dev/user-folders.ts'

const forever = new AbortController().signal

export interface Kept {
  readonly what: string
  /** Changes with all that it is made of. */
  readonly key: string
}

/**
 * The folder of what was made once by `fill`, into a folder that is then called `target`. Whoever asks while another
 * process makes it waits for that; what was cut short is never taken for finished.
 */
export async function kept(
  { what, key }: Kept,
  fill: (unfinished: string, target: string) => Promise<void>,
): Promise<string> {
  const folder = join(cacheFolder(), what)
  const target = join(folder, key)
  if (existsSync(target)) return target
  await mkdir(folder, { recursive: true })
  const make = async (): Promise<void> => {
    if (existsSync(target)) return
    const unfinished = await mkdtemp(`${target}.unfinished-`)
    try {
      await fill(unfinished, target)
      await rename(unfinished, target)
    } finally {
      await rm(unfinished, { recursive: true, force: true })
    }
  }
  await withLock(`${target}.lock`, make, { clock: systemClock, onWait: () => undefined }, forever)
  return target
}
