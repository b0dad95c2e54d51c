import { stringify } from 'yaml'
import type { ResourceDefinition } from './resource.ts'

const header = '# Generated from src/api by `npm run crds`; do not edit.\n'

/** Text by file name: one file a CustomResourceDefinition. */
export function renderCrds(kinds: readonly ResourceDefinition[]): Readonly<Record<string, string>> {
  return Object.fromEntries(kinds.map(kind => [`${kind.plural}.yaml`, header + toYaml(kind.crd())]))
}

/** All files of crds/: the definitions, and the kustomization that lists them. */
export function crdFiles(kinds: readonly ResourceDefinition[]): Readonly<Record<string, string>> {
  const crds = renderCrds(kinds)
  const kustomization = {
    apiVersion: 'kustomize.config.k8s.io/v1beta1',
    kind: 'Kustomization',
    resources: Object.keys(crds),
  }
  return { ...crds, 'kustomization.yaml': header + toYaml(kustomization) }
}

function toYaml(content: unknown): string {
  return stringify(content, { aliasDuplicateObjects: false, lineWidth: 110 })
}
