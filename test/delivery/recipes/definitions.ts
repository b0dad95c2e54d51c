/** Custom resource definitions of other tools, from their Go modules: of exactly these versions, told by their sums. */
import { execFile } from 'node:child_process'
import { readFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { parseAllDocuments } from 'yaml'

interface Source {
  readonly module: string
  readonly version: string
  /** As the checksum database has it. */
  readonly sum: string
  readonly files: readonly string[]
}

export interface Definition {
  readonly kind: string
  readonly metadata: { readonly name: string }
  readonly spec: object
}

const externalSecrets = 'config/crds/bases/external-secrets.io'

export const sources: readonly Source[] = [
  {
    module: 'github.com/external-secrets/external-secrets',
    version: 'v0.16.2',
    sum: 'h1:iNY+gIgSyL5higXTfnz+hdPCaiB/43UiHLqE7HBpj68=',
    files: [`${externalSecrets}_externalsecrets.yaml`, `${externalSecrets}_pushsecrets.yaml`],
  },
  {
    module: 'github.com/bitnami-labs/sealed-secrets',
    version: 'v0.27.1',
    sum: 'h1:oSq/rCGYz0pk7RP4RacIorG/VCWA6c4D8wIEpRkZAUg=',
    files: ['helm/sealed-secrets/crds/bitnami.com_sealedsecrets.yaml'],
  },
  {
    module: 'github.com/vmware-tanzu/velero',
    version: 'v1.18.3',
    sum: 'h1:9uwN5yxTWQl9PsF5ljX4xiG+7VIq3I9mxOQ0DyyZ31A=',
    files: ['schedules', 'restores', 'backups'].map(name => `config/crd/v1/bases/velero.io_${name}.yaml`),
  },
  {
    module: 'github.com/kyverno/kyverno',
    version: 'v1.19.1',
    sum: 'h1:/MkgFii3/VlQfKR1JpC9tVwNNVNQTt2S4U6qCsafsTU=',
    files: ['config/crds/kyverno/kyverno.io_clusterpolicies.yaml'],
  },
  {
    module: 'github.com/fluxcd/kustomize-controller',
    version: 'v1.9.6',
    sum: 'h1:XB+G3A0mky0j5uVHZWv4oSlS2RvZBoNIUhstIvY0JKE=',
    files: ['config/crd/bases/kustomize.toolkit.fluxcd.io_kustomizations.yaml'],
  },
  {
    module: 'github.com/fluxcd/source-controller',
    version: 'v1.9.6',
    sum: 'h1:nG534/bI6nVpyHra7ONAk6xDB3xPsVT+EOLHZHXPrrc=',
    files: ['config/crd/bases/source.toolkit.fluxcd.io_gitrepositories.yaml'],
  },
  {
    module: 'github.com/argoproj/argo-cd/v3',
    version: 'v3.5.7',
    sum: 'h1:Xm1BF+I5OgDKUG3SDK49vn2/Y5AMyaNVko+/JT08gj0=',
    files: ['application', 'applicationset'].map(name => `manifests/crds/${name}-crd.yaml`),
  },
]

/** Downloads what is not there yet. Throws where it is not what was looked at. */
export async function definitionsOf({ module, version, sum, files }: Source): Promise<readonly Definition[]> {
  // Outside of any module, so that nothing but this one is asked for.
  const env = { ...process.env, GOWORK: 'off', GOFLAGS: '-mod=mod' }
  const args = ['mod', 'download', '-json', `${module}@${version}`]
  const { stdout } = await promisify(execFile)('go', args, { cwd: tmpdir(), env })
  const found = JSON.parse(stdout) as { readonly Dir: string; readonly Sum: string }
  if (found.Sum !== sum) throw new Error(`${module}@${version} is ${found.Sum}, and not ${sum}`)
  const texts = await Promise.all(files.map(file => readFile(join(found.Dir, file), 'utf8')))
  return texts.flatMap(text =>
    parseAllDocuments(text)
      .map(document => document.toJS() as Definition | null)
      .filter(content => content?.kind === 'CustomResourceDefinition')
      .map(content => withoutConversion(content as Definition)),
  )
}

/** A conversion asks a webhook of the tool, which does not run here. */
function withoutConversion({ spec, ...rest }: Definition): Definition {
  return { ...rest, spec: { ...spec, conversion: { strategy: 'None' } } }
}
