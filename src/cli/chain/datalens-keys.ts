/** DataLens's own private keys, kept in the state folder for the next start: a file for each version. */
import { readdirSync } from 'node:fs'
import type { Redacted } from '../../core/redaction/redacted.ts'
import { filesOf } from '../../dev/environment-files.ts'
import { KeyMaterialError } from '../../token/errors.ts'
import { inspectPrivateKey } from '../../token/keys.ts'
import { CommandError } from '../frame/command-error.ts'
import { readPrivateFile, writePrivateFile } from '../frame/private-file.ts'

/** By version. @throws CommandError for a file that is no key */
export function keptKeys(directory: string): ReadonlyMap<number, Redacted<string>> {
  const { dataLensKey } = filesOf(directory)
  const versions = readdirSync(directory).flatMap(name => versionOf(name) ?? [])
  return new Map(versions.map(version => [version, keyIn(dataLensKey(version))]))
}

/** The first version's file has none in its name. */
function versionOf(name: string): number | undefined {
  const found = /^datalens(?:-([1-9]\d{0,8}))?\.pem$/.exec(name)
  return found === null ? undefined : Number(found[1] ?? 1)
}

/** @throws CommandError where there is a key of this version already */
export function keepKey(directory: string, version: number, privatePem: Redacted<string>): void {
  writePrivateFile(filesOf(directory).dataLensKey(version), privatePem)
}

function keyIn(file: string): Redacted<string> {
  const { text } = readPrivateFile(file)
  try {
    return inspectPrivateKey(text.reveal()).privatePem
  } catch (error) {
    if (error instanceof KeyMaterialError) throw new CommandError(`${file}: ${error.message}`)
    throw error
  }
}
