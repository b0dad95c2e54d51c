import { stringify } from 'yaml'
import { clickHouseConnection } from '../clickhouse-connection.ts'
import { connectorTenant } from '../connector-tenant.ts'
import { partnerKey } from '../partner-key.ts'
import type { ResourceDefinition } from './resource.ts'

/** Every kind there is, in the order in which people meet them. */
export const resources: readonly ResourceDefinition[] = [clickHouseConnection, partnerKey, connectorTenant]

const header = '# Generated from src/api by `npm run crds`; do not edit.\n'

/** File name to text, one CustomResourceDefinition each. */
export function renderCrds(): Readonly<Record<string, string>> {
  return Object.fromEntries(
    resources.map(resource => [`${resource.plural}.yaml`, header + toYaml(resource.crd())]),
  )
}

/** All that stands in crds/: the definitions, and the kustomization that lists them. */
export function crdFiles(): Readonly<Record<string, string>> {
  const crds = renderCrds()
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
