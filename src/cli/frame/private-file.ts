/** Files that hold a secret: for their owner alone, and never in the place of another file. */
import { closeSync, fsyncSync, openSync, readFileSync, statSync, unlinkSync, writeFileSync } from 'node:fs'
import { UsageError } from '../../config/flags.ts'
import { Redacted } from '../../core/redaction/redacted.ts'
import { textOfKey } from '../../embed/keys/tidy-text.ts'
import { CommandError } from './command-error.ts'

/**
 * Writes the file whole or not at all, with mode 0600 whatever the umask.
 * @throws CommandError when something of that name is there (also a link or a device), or when writing fails;
 * UsageError for "-"
 */
export function writePrivateFile(path: string, content: Redacted<string>): void {
  if (path === '-' || path === '') throw new UsageError('a secret goes to a file, never to standard output')
  const file = open(path)
  try {
    writeFileSync(file, content.reveal())
    fsyncSync(file)
  } catch (error) {
    unlinkSync(path)
    throw new CommandError(`${path} cannot be written: ${reasonOf(error)}`)
  } finally {
    closeSync(file)
  }
}

function open(path: string): number {
  try {
    // Exclusive: it follows no link that somebody put there, and overwrites no older key.
    return openSync(path, 'wx', 0o600)
  } catch (error) {
    const reason = reasonOf(error)
    if (reason === 'EEXIST')
      throw new CommandError(`${path} is there already, and is not overwritten; name another file`)
    throw new CommandError(`${path} cannot be written: ${reason}`)
  }
}

export interface PrivateText {
  readonly text: Redacted<string>
  /** Others than its owner may read the file. */
  readonly exposed: boolean
}

/** A key in DER is given as its base64. @throws CommandError */
export function readPrivateFile(path: string): PrivateText {
  try {
    return {
      text: new Redacted(textOfKey(readFileSync(path))),
      exposed: process.platform !== 'win32' && (statSync(path).mode & 0o077) !== 0,
    }
  } catch (error) {
    throw new CommandError(`${path} cannot be read: ${reasonOf(error)}`)
  }
}

function reasonOf(error: unknown): string {
  return (error as NodeJS.ErrnoException).code ?? 'unknown'
}
