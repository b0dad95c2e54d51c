/** The kustomize base as documents: as much of kustomize as deploy/ uses. What it does not know is refused. */
import { readFileSync, statSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { isMap, isSeq, parseAllDocuments, type Document } from 'yaml'

/** The objects of one file, which keep their comments. */
export interface BaseFile {
  /** From the folder of the project. */
  readonly path: string
  readonly documents: readonly Document[]
}

interface Kustomization {
  readonly resources?: readonly string[]
  readonly labels?: readonly LabelRule[]
}

interface LabelRule {
  readonly pairs: Readonly<Record<string, string>>
  readonly includeSelectors: boolean
}

const known = new Set(['apiVersion', 'kind', 'resources', 'labels'])

/** All files that the kustomization in that folder leads to, with its labels. */
export function readBase(root: string, folder: string): readonly BaseFile[] {
  const path = join(folder, 'kustomization.yaml')
  const { resources = [], labels = [] } = readKustomization(root, path)
  const files = resources.flatMap(resource => {
    const next = join(dirname(path), resource)
    return statSync(join(root, next)).isDirectory() ? readBase(root, next) : [readFile(root, next)]
  })
  for (const { documents } of files) for (const document of documents) addLabels(document, labels)
  return files
}

function readKustomization(root: string, path: string): Kustomization {
  const [document] = readFile(root, path).documents
  const content = (document?.toJS() ?? {}) as Kustomization
  const unknown = Object.keys(content).filter(field => !known.has(field))
  const inSelectors = content.labels?.some(({ includeSelectors }) => includeSelectors) === true
  if (unknown.length > 0 || inSelectors)
    throw new Error(
      `${path}: scripts/chart/base.ts does not know ${unknown.join(', ') || 'includeSelectors'}: teach it`,
    )
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

function addLabels(document: Document, rules: readonly LabelRule[]): void {
  for (const { pairs } of rules)
    for (const [name, value] of Object.entries(pairs)) document.setIn(['metadata', 'labels', name], value)
}

/** What stands at a place of an object; throws where nothing does, as the base has changed then. */
export function valueAt(file: BaseFile, path: readonly (string | number)[]): unknown {
  const [document] = file.documents
  const node = document?.getIn(path)
  if (document === undefined || node === undefined)
    throw new Error(`${file.path} has nothing at ${path.join('.')}, which the chart reads`)
  return isMap(node) || isSeq(node) ? node.toJS(document) : node
}
