/** A copy of the checkout that a release is made of, with its version and image wherever they stand. */
import { cp, mkdir, readFile, symlink, writeFile } from 'node:fs/promises'
import { join } from 'node:path'

export interface Release {
  /** By semantic versioning, without a `v`. */
  readonly version: string
  /** Where the image is, without a tag. */
  readonly image: string
  /** `sha256:…` of the image, once it is known. */
  readonly digest?: string | undefined
}

const parts = [
  'package.json',
  'package-lock.json',
  'tsconfig.json',
  'CHANGELOG.md',
  'LICENSE',
  'Dockerfile',
  'crds',
  'deploy',
  'docs',
  'scripts',
  'src',
]

export async function copyCheckout(root: string, folder: string, release: Release): Promise<void> {
  await mkdir(folder, { recursive: true })
  await Promise.all(parts.map(part => cp(join(root, part), join(folder, part), { recursive: true })))
  await symlink(join(root, 'node_modules'), join(folder, 'node_modules'))
  await setVersion(folder, release)
}

/** The places where a version stands; what is made from them follows. */
async function setVersion(root: string, { version, image, digest }: Release): Promise<void> {
  const edit = async (path: string, pattern: RegExp, by: string): Promise<void> => {
    const text = await readFile(join(root, path), 'utf8')
    if (!pattern.test(text))
      throw new Error(`${path} says no version where the release looks for it: ${pattern.source}`)
    await writeFile(join(root, path), text.replace(pattern, by))
  }
  const exact = digest === undefined ? '' : `@${digest}`
  await edit('package.json', /^( {2}"version": )".*"/m, `$1"${version}"`)
  await edit('Dockerfile', /(image\.version=)".*"/, `$1"${version}"`)
  await edit(
    'deploy/workload/deployment.yaml',
    /^( *image: )lenskeeper:.*$/m,
    `$1${image}:${version}${exact}`,
  )
}
