import { readFile, stat } from 'node:fs/promises'
import { EmbedError } from '../errors.ts'
import type { KeyFromOutside } from './key-source.ts'
import { parseSigningKey, type SigningKey } from './signing-key.ts'

export interface KeyFileOptions {
  /** Hears of a file that holds no good key any more, once a change of it. Default: a process warning. */
  readonly onProblem?: (error: EmbedError) => void
}

/**
 * A key in a file, such as a mounted Secret. The file is read anew when it has changed. While it is missing or bad, the
 * last good key goes on signing.
 *
 * @param path for a mounted Secret: its file, in a volume without `subPath`, which would never change
 */
export function keyFile(path: string, { onProblem = warn }: KeyFileOptions = {}): KeyFromOutside {
  let good: SigningKey | undefined
  /** The version of the file that was last read, good or bad. */
  let read: string | undefined
  let problem: EmbedError | undefined

  async function reread(version: string): Promise<void> {
    const next = version === gone ? missing(path) : await parse(path)
    // Whoever asked meanwhile has read the same version.
    if (read === version) return
    read = version
    problem = next instanceof EmbedError ? next : undefined
    if (!(next instanceof EmbedError)) good = next
    else if (good !== undefined) onProblem(next)
  }

  return {
    async current() {
      const version = await versionOf(path)
      if (version !== read) await reread(version)
      if (good !== undefined) return good
      throw problem ?? missing(path)
    },
  }
}

const gone = 'gone'

/** Kubernetes changes a mounted Secret by pointing a link elsewhere; `stat` follows the link. */
async function versionOf(path: string): Promise<string> {
  try {
    const { dev, ino, size, mtimeNs, ctimeNs } = await stat(path, { bigint: true })
    return [dev, ino, size, mtimeNs, ctimeNs].join(':')
  } catch {
    return gone
  }
}

async function parse(path: string): Promise<SigningKey | EmbedError> {
  try {
    return parseSigningKey(await readFile(path))
  } catch (error) {
    return error instanceof EmbedError ? error : missing(path)
  }
}

function missing(path: string): EmbedError {
  return new EmbedError('EMBED_KEY_INVALID', `The key file ${path} cannot be read: mount the Secret there.`)
}

function warn(error: EmbedError): void {
  process.emitWarning(`The last good signing key goes on signing. ${error.message}`, { code: error.code })
}
