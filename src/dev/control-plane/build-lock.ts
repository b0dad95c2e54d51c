// A lock between processes for the minutes that a build takes. SQLite's own file lock is used because the kernel
// lets go of it however its holder ends: there is no such thing as a stale lock, and no process id to judge by.
import { DatabaseSync } from 'node:sqlite'
import { sleep, type Clock } from '../../core/clock.ts'

export interface LockOptions {
  readonly clock: Clock
  /** Called once, when somebody else holds the lock. */
  readonly onWait: () => void
}

const retryMs = 250
const sqliteBusy = 5

/** Runs `work` while no other process (nor this one) is within the lock of that file. */
export async function withLock<T>(
  file: string,
  work: () => Promise<T>,
  options: LockOptions,
  signal: AbortSignal,
): Promise<T> {
  const database = new DatabaseSync(file, { timeout: 0 })
  try {
    for (let waited = false; !tryLock(database); waited = true) {
      if (!waited) options.onWait()
      await sleep(options.clock, retryMs, signal)
    }
    return await work()
  } finally {
    database.close()
  }
}

function tryLock(database: DatabaseSync): boolean {
  try {
    database.exec('BEGIN EXCLUSIVE')
    return true
  } catch (error) {
    if ((error as { errcode?: number }).errcode === sqliteBusy) return false
    throw error
  }
}
