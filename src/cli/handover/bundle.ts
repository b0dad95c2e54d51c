/** The hand-over as files in a folder. */
import { copyFileSync, mkdirSync, readdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { acceptsYaml, iconFile, publicKeyFile, type Handover } from './document.ts'
import type { Icon } from './particulars.ts'

export interface Bundle {
  readonly found: Handover
  /** Markdown. */
  readonly document: string
  readonly icon: Icon | undefined
}

const acceptsFile = 'accepts.yaml'

/** Removes no file. @returns what to tell about the folder, a line each */
export function writeBundle(directory: string, { found, document, icon }: Bundle): readonly string[] {
  mkdirSync(directory, { recursive: true })
  const write = (name: string, text: string): void => writeFileSync(join(directory, name), text)
  const key = publicKeyFile(found.key)
  write('handover.md', document)
  write(key, found.key.publicPem)
  write(
    acceptsFile,
    `# Not for DataLens: for your file of the PartnerKey, once they have confirmed version ${found.key.version} and its fingerprint.\n${acceptsYaml(found)}`,
  )
  const sent = ['handover.md', key]
  if (icon !== undefined) {
    const name = iconFile(icon.path)
    copyFileSync(icon.path, join(directory, name))
    sent.push(name)
  }
  return [
    `${directory}: to be sent are ${sent.join(', ')}.`,
    `${join(directory, acceptsFile)} is for your Git, and not to be sent.`,
    ...formerKeys(directory, key),
  ]
}

function formerKeys(directory: string, key: string): readonly string[] {
  const former = readdirSync(directory).filter(name => /^public-v\d+\.pem$/.test(name) && name !== key)
  if (former.length === 0) return []
  return [`${directory} also has ${former.join(', ')}, from before: not to be sent again.`]
}
