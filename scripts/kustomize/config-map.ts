/** ConfigMaps that a kustomization makes of files: as much of that as deploy/ uses. */
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { Document } from 'yaml'

export interface GeneratedConfigMap {
  readonly name: string
  readonly namespace: string
  /** `key=file` each. */
  readonly files: readonly string[]
  readonly options: {
    readonly disableNameSuffixHash: boolean
    readonly labels: Readonly<Record<string, string>>
  }
}

/** @param folder that of the kustomization. @returns the object, and the name of a file that it could be in */
export function configMapOf(
  { name, namespace, files, options }: GeneratedConfigMap,
  folder: string,
): { readonly name: string; readonly document: Document } {
  if (!options.disableNameSuffixHash)
    throw new Error(`${name}: hashes in names are not known to scripts/kustomize`)
  const data = files.map(said => {
    const [key = '', file = key] = said.split('=')
    return [key, readFileSync(join(folder, file), 'utf8')] as const
  })
  const object = {
    apiVersion: 'v1',
    kind: 'ConfigMap',
    metadata: { name, namespace, labels: options.labels },
    data: Object.fromEntries(data),
  }
  return { name: `${name}.yaml`, document: new Document(object) }
}
