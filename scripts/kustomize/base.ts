/** The kustomize base as documents: as much of kustomize as deploy/ uses. What it does not know is refused. */
import { readFileSync, statSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { isMap, isSeq, parseAllDocuments, type Document } from 'yaml'
import { configMapOf, type GeneratedConfigMap } from './config-map.ts'
import { transform, transformations, type Transformations } from './transform.ts'

/** The objects of one file, which keep their comments. */
export interface BaseFile {
  /** From the folder of the project. */
  readonly path: string
  readonly documents: readonly Document[]
}

interface Kustomization extends Transformations {
  readonly resources?: readonly string[]
  readonly configMapGenerator?: readonly GeneratedConfigMap[]
}

const known = new Set<string>(['apiVersion', 'kind', 'resources', 'configMapGenerator', ...transformations])

/** All files that the kustomization in that folder leads to, as it changes them. */
export function readBase(root: string, folder: string): readonly BaseFile[] {
  const path = join(folder, 'kustomization.yaml')
  const { resources = [], configMapGenerator = [], ...changes } = readKustomization(root, path)
  const found = resources.flatMap(resource => {
    const next = join(dirname(path), resource)
    return statSync(join(root, next)).isDirectory() ? readBase(root, next) : [readFile(root, next)]
  })
  const made = configMapGenerator.map(one => configMapOf(one, join(root, folder)))
  const files = [
    ...found,
    ...made.map(({ name, document }) => ({ path: join(folder, name), documents: [document] })),
  ]
  for (const { documents } of files) for (const document of documents) transform(document, changes)
  return files
}

function readKustomization(root: string, path: string): Kustomization {
  const [document] = readFile(root, path).documents
  const content = (document?.toJS() ?? {}) as Kustomization
  const unknown = Object.keys(content).filter(field => !known.has(field))
  if (unknown.length > 0)
    throw new Error(`${path}: ${unknown.join(', ')} is not known to scripts/kustomize: teach it`)
  return content
}

function readFile(root: string, path: string): BaseFile {
  const documents = parseAllDocuments(readFileSync(join(root, path), 'utf8'))
  for (const { errors, warnings } of documents) {
    const [problem] = [...errors, ...warnings]
    if (problem !== undefined) throw new Error(`${path}: ${problem.message}`)
  }
  return { path, documents: documents as readonly Document[] }
}

/** What stands at a place of an object; throws where nothing does, as the base has changed then. */
export function valueAt(file: BaseFile, path: readonly (string | number)[]): unknown {
  const [document] = file.documents
  const node = document?.getIn(path)
  if (document === undefined || node === undefined)
    throw new Error(`${file.path} has nothing at ${path.join('.')}, which the chart reads`)
  return isMap(node) || isSeq(node) ? node.toJS(document) : node
}
