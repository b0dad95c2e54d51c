/**
 * The manifest by which krew installs the kubectl plug-in of a release, made from its checksums:
 *
 *   node scripts/krew-manifest.ts --version 0.2.0 --sums SHA256SUMS --homepage URL --files URL
 */
import { readFileSync } from 'node:fs'
import { parseArgs } from 'node:util'
import { stringify } from 'yaml'

export interface PluginArchive {
  readonly os: 'linux' | 'darwin'
  readonly arch: 'amd64' | 'arm64'
  /** Of a .tar.gz with the program `kubectl-lenskeeper`, what completes it, and LICENSE in it, as scripts/release/build.ts makes it. */
  readonly uri: string
  /** In hexadecimal. */
  readonly sha256: string
}

const description = `Shows how connections, keys, tenants and embeds of Lenskeeper are, explains
what holds one up and what mends it, checks the account in ClickHouse right
by right, plans and follows rotations, and judges tokens and links as DataLens
would. Each command uses your kubeconfig and your rights.
`

const caveats = `To complete commands and flags:
  kubectl lenskeeper completion kubectl > /usr/local/bin/kubectl_complete-lenskeeper
  chmod +x /usr/local/bin/kubectl_complete-lenskeeper
`

/** @param release.version without a v @param release.homepage where people read on */
export function renderKrewManifest(release: {
  readonly version: string
  readonly homepage: string
  readonly archives: readonly PluginArchive[]
}): string {
  const { version, homepage, archives } = release
  return stringify({
    apiVersion: 'krew.googlecontainertools.github.com/v1alpha2',
    kind: 'Plugin',
    metadata: { name: 'lenskeeper' },
    spec: {
      version: `v${version}`,
      homepage,
      shortDescription: 'Look after DataLens connectors and embeds',
      description,
      caveats,
      platforms: archives.map(({ os, arch, uri, sha256 }) => ({
        selector: { matchLabels: { os, arch } },
        uri,
        sha256,
        files: [
          { from: 'kubectl-lenskeeper', to: '.' },
          { from: 'LICENSE', to: '.' },
          { from: '*.txt', to: '.' },
        ],
        bin: 'kubectl-lenskeeper',
      })),
    },
  })
}

/**
 * The archives of a release by its SHA256SUMS.
 * @param files where they are, as an address without a slash at its end
 * @throws if one is not there
 */
export function archivesIn(sums: string, version: string, files: string): readonly PluginArchive[] {
  const bySum = new Map(sums.split('\n').map(line => [line.slice(66), line.slice(0, 64)] as const))
  return (['linux', 'darwin'] as const).flatMap(os =>
    (['amd64', 'arm64'] as const).map(arch => {
      const name = `kubectl-lenskeeper_${version}_${os}_${arch}.tar.gz`
      const sha256 = bySum.get(name)
      if (sha256 === undefined) throw new Error(`the checksums do not name ${name}`)
      return { os, arch, uri: `${files}/${name}`, sha256 }
    }),
  )
}

if (import.meta.main) {
  const text = { type: 'string', default: '' } as const
  const { values } = parseArgs({ options: { version: text, sums: text, homepage: text, files: text } })
  const { version, sums, homepage, files } = values
  const archives = archivesIn(readFileSync(sums, 'utf8'), version, files)
  process.stdout.write(renderKrewManifest({ version, homepage, archives }))
}
