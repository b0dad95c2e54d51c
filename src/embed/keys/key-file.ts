import { createHash } from 'node:crypto'
import { readFile } from 'node:fs/promises'
import { EmbedError } from '../errors.ts'
import { tell } from '../tell.ts'
import type { KeyFromOutside } from './key-source.ts'
import { parseSigningKey, type SigningKey } from './signing-key.ts'

export interface KeyFileOptions {
  /** Hears of a file that holds no good key any more, once a change of it. Default: a process warning. */
  readonly onProblem?: (error: EmbedError) => void | Promise<void>
}

/**
 * A key in a file, such as a mounted Secret. The file is read for each signature: its times and its size do not always
 * tell that it has changed. While it is missing or bad, the last good key goes on signing.
 *
 * @param path for a mounted Secret: its file, in a volume without `subPath`, which would never change
 */
export function keyFile(path: string, { onProblem = warn }: KeyFileOptions = {}): KeyFromOutside {
  let good: SigningKey | undefined
  let problem = unreadable(path)
  /** What was there at the last look, good or bad. */
  let seen: string | undefined
  let look: Promise<void> | undefined

  async function lookAgain(): Promise<void> {
    const content = await contentOf(path)
    const version = versionOf(content)
    if (version === seen) return
    seen = version
    const found = content instanceof EmbedError ? content : parse(content)
    if (!(found instanceof EmbedError)) {
      good = found
      return
    }
    problem = found
    if (good !== undefined) tell(onProblem, found)
  }

  return {
    async current() {
      // One look at a time, for all who ask meanwhile: of two, the later could end first.
      look ??= lookAgain().finally(() => {
        look = undefined
      })
      await look
      if (good === undefined) throw problem
      return good
    },
  }
}

async function contentOf(path: string): Promise<Uint8Array | EmbedError> {
  try {
    return await readFile(path)
  } catch (error) {
    return unreadable(path, (error as NodeJS.ErrnoException).code)
  }
}

/** A digest, so that the key is not kept as text. */
function versionOf(content: Uint8Array | EmbedError): string {
  if (content instanceof EmbedError) return content.message
  return createHash('sha256').update(content).digest('base64')
}

function parse(content: Uint8Array): SigningKey | EmbedError {
  try {
    return parseSigningKey(content)
  } catch (error) {
    if (error instanceof EmbedError) return error
    throw error
  }
}

function unreadable(path: string, reason = 'unknown'): EmbedError {
  const message = `The key file ${path} cannot be read (${reason}): mount the Secret there.`
  return new EmbedError('EMBED_KEY_INVALID', message)
}

function warn(error: EmbedError): void {
  process.emitWarning(`The last good signing key goes on signing. ${error.message}`, { code: error.code })
}
