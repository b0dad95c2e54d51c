// Reads the YAML that the project hands out, as plain data.
import { readdirSync, readFileSync, statSync } from 'node:fs'
import { dirname, join, relative } from 'node:path'
import { fileURLToPath } from 'node:url'
import { parseAllDocuments } from 'yaml'

export const root = fileURLToPath(new URL('../..', import.meta.url))

export interface Rule {
  readonly apiGroups: readonly string[]
  readonly resources: readonly string[]
  readonly resourceNames?: readonly string[]
  readonly verbs: readonly string[]
}

/** The fields of any manifest here that tests look at. */
export interface Manifest {
  readonly apiVersion: string
  readonly kind: string
  readonly metadata?: {
    readonly name: string
    readonly namespace?: string
    readonly labels?: Readonly<Record<string, string>>
    readonly annotations?: Readonly<Record<string, string>>
  }
  readonly resources?: readonly string[]
  readonly rules?: readonly Rule[]
  readonly spec?: unknown
}

/** All YAML files below a folder, as paths from the root of the project. */
export function yamlFiles(folder: string): string[] {
  return readdirSync(join(root, folder), { recursive: true, withFileTypes: true })
    .filter(entry => entry.isFile() && /\.ya?ml$/.test(entry.name))
    .map(entry => relative(root, join(entry.parentPath, entry.name)))
    .sort()
}

/** The documents of one file. Throws what is wrong with its YAML, warnings included. */
export function manifestsOf(file: string): Manifest[] {
  return parseAllDocuments(readFileSync(join(root, file), 'utf8')).map(document => {
    const [problem] = [...document.errors, ...document.warnings]
    if (problem) throw new Error(`${file}: ${problem.message}`)
    return document.toJS() as Manifest
  })
}

/** The one document of that file. */
export function manifestOf(file: string): Manifest {
  const [manifest, ...others] = manifestsOf(file)
  if (!manifest || others.length > 0) throw new Error(`${file} holds ${others.length + 1} documents, not one`)
  return manifest
}

/** What a kustomization refers to: folders stand for the kustomization in them. */
export function referencesOf(kustomization: string): string[] {
  return (manifestOf(kustomization).resources ?? []).map(reference => {
    const path = join(dirname(kustomization), reference)
    return statSync(join(root, path)).isDirectory() ? join(path, 'kustomization.yaml') : path
  })
}
