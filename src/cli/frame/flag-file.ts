import { readFileSync } from 'node:fs'
import { UsageError } from '../../config/flags.ts'
import { textOfKey } from '../../embed/keys/tidy-text.ts'

/** The text of a file that a flag names; of a key in DER its base64. @throws UsageError that names the flag and the file */
export function readFlagFile(flag: string, file: string): string {
  try {
    return textOfKey(readFileSync(file))
  } catch (error) {
    const { code = 'it cannot be read' } = error as NodeJS.ErrnoException
    throw new UsageError(`--${flag}: ${file}: ${code === 'ENOENT' ? 'there is no such file' : code}`)
  }
}
