/** The manifest by which krew installs the kubectl plug-in of a release. */
import { stringify } from 'yaml'

export interface PluginArchive {
  readonly os: 'linux' | 'darwin'
  readonly arch: 'amd64' | 'arm64'
  /** Of a .tar.gz with the program `kubectl-lenskeeper` and LICENSE in it, as scripts/release/build.ts makes it. */
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
