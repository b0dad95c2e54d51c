/** What is in the programs and the image, as SPDX 2.3. The same packages give the same text. */
import { createHash } from 'node:crypto'
import { readFileSync } from 'node:fs'
import { join } from 'node:path'

interface Package {
  readonly name: string
  readonly version: string
  readonly license: string
  readonly purl: string
  /** As npm has it: `sha512-` and Base64. */
  readonly integrity?: string | undefined
}

export interface SbomInput {
  readonly root: string
  /** Folders of packages, from the root. */
  readonly folders: readonly string[]
  /** Seconds since 1970. */
  readonly seconds: number
}

export function renderSbom({ root, folders, seconds }: SbomInput): string {
  const read = (path: string): unknown => JSON.parse(readFileSync(join(root, path), 'utf8'))
  const lock = read('package-lock.json') as {
    readonly packages: Readonly<Record<string, { readonly integrity?: string }>>
  }
  const own = manifestAt('package.json')
  const parts = [...folders.map(partOf), nodeItself()]
  const packages = [
    described({
      ...own,
      license: own.license ?? 'NOASSERTION',
      purl: `pkg:generic/lenskeeper@${own.version}`,
    }),
    ...parts.map(described),
  ]
  const digest = createHash('sha256').update(JSON.stringify(packages)).digest('hex')
  const document = {
    spdxVersion: 'SPDX-2.3',
    dataLicense: 'CC0-1.0',
    SPDXID: 'SPDXRef-DOCUMENT',
    name: `lenskeeper-${own.version}`,
    documentNamespace: `https://lenskeeper.dev/spdx/lenskeeper-${own.version}-${digest}`,
    creationInfo: {
      created: new Date(seconds * 1000).toISOString().replace('.000Z', 'Z'),
      creators: ['Tool: lenskeeper-release'],
    },
    packages,
    relationships: [
      relation('SPDXRef-DOCUMENT', 'DESCRIBES', packages[0]?.SPDXID),
      ...packages.slice(1).map(({ SPDXID }) => relation(packages[0]?.SPDXID, 'CONTAINS', SPDXID)),
    ],
  }
  return `${JSON.stringify(document, undefined, 2)}\n`

  function manifestAt(path: string) {
    return read(path) as { readonly name: string; readonly version: string; readonly license?: string }
  }

  function partOf(folder: string): Package {
    const { name, version, license = 'NOASSERTION' } = manifestAt(join(folder, 'package.json'))
    // The at sign of a scope is written so in such an address.
    const purl = `pkg:npm/${name.replace(/^@/, '%40')}@${version}`
    return { name, version, license, purl, integrity: lock.packages[folder]?.integrity }
  }

  function nodeItself(): Package {
    const { version } = manifestAt('node_modules/node/package.json')
    return { name: 'node', version, license: 'MIT', purl: `pkg:generic/node@${version}` }
  }
}

function described({ name, version, license, purl, integrity }: Package) {
  const checksums = integrity?.startsWith('sha512-')
    ? {
        checksums: [
          { algorithm: 'SHA512', checksumValue: Buffer.from(integrity.slice(7), 'base64').toString('hex') },
        ],
      }
    : {}
  return {
    SPDXID: `SPDXRef-${purl.replaceAll(/[^A-Za-z0-9.]+/g, '-')}`,
    name,
    versionInfo: version,
    downloadLocation: 'NOASSERTION',
    filesAnalyzed: false,
    licenseConcluded: 'NOASSERTION',
    licenseDeclared: license,
    copyrightText: 'NOASSERTION',
    ...checksums,
    externalRefs: [{ referenceCategory: 'PACKAGE-MANAGER', referenceType: 'purl', referenceLocator: purl }],
  }
}

function relation(from: string | undefined, relationshipType: string, to: string | undefined) {
  return { spdxElementId: from, relationshipType, relatedSpdxElement: to }
}
