// A lock between processes, for the minutes of a build or the life of a folder. It is SQLite's file lock, since the
// kernel releases that one however its holder ends: no lock is ever stale, and no process id has to be judged.
import { DatabaseSync } from 'node:sqlite'
import { sleep, type Clock } from '../../core/clock.ts'

export interface LockOptions {
  readonly clock: Clock
  /** Called once, when somebody else holds the lock. */
  readonly onWait: () => void
}

const retryMs = 250
const sqliteBusy = 5

/** Runs `work` while no other process (nor this one) holds the lock of that file. */
export async function withLock<T>(
  file: string,
  work: () => Promise<T>,
  options: LockOptions,
  signal: AbortSignal,
): Promise<T> {
  let release = tryLock(file)
  if (!release) options.onWait()
  while (!release) {
    await sleep(options.clock, retryMs, signal)
    release = tryLock(file)
  }
  try {
    return await work()
  } finally {
    release()
  }
}

/** Takes the lock of that file until the function it returns is called; undefined when somebody holds it. */
export function tryLock(file: string): (() => void) | undefined {
  const database = new DatabaseSync(file, { timeout: 0 })
  try {
    database.exec('BEGIN EXCLUSIVE')
    return () => database.close()
  } catch (error) {
    database.close()
    if ((error as { errcode?: number }).errcode === sqliteBusy) return undefined
    throw error
  }
}
