/** Finds our objects in files of YAML or JSON, and remembers where each of their fields stands. */
import { readdirSync, readFileSync, statSync } from 'node:fs'
import { join } from 'node:path'
import { LineCounter, parseAllDocuments } from 'yaml'
import { group } from '../../api/definition/resource.ts'
import { UsageError } from '../../config/flags.ts'
import { offsetOf } from '../../yaml/place.ts'
import { isRecord } from '../../core/record.ts'
import type { Path } from './structural-schema.ts'

export interface Place {
  readonly file: string
  /** From 1. */
  readonly line: number
  readonly column: number
}

/** One object that a file holds. */
export interface FoundObject {
  readonly apiVersion: string
  /** Of any kind, also one that nobody knows. */
  readonly kind: string
  readonly value: Readonly<Record<string, unknown>>
  /** Where a field stands, or else the nearest thing around it. */
  place(path: Path): Place
}

export interface Misread {
  readonly place: Place
  readonly message: string
}

export interface ReadFiles {
  readonly files: number
  readonly objects: readonly FoundObject[]
  readonly misread: readonly Misread[]
}

/** A file's text, under the name that findings use. */
export interface Source {
  readonly file: string
  readonly text: string
}

const skipped = new Set(['node_modules', '.git'])

/** All YAML and JSON files below the paths, sorted. @throws UsageError for a path that cannot be read */
export function readSources(paths: readonly string[]): readonly Source[] {
  return paths.flatMap(path => {
    try {
      const files = statSync(path).isDirectory() ? filesBelow(path) : [path]
      return files.map(file => ({ file, text: readFileSync(file, 'utf8') }))
    } catch (error) {
      const { code = 'cannot be read' } = error as NodeJS.ErrnoException
      throw new UsageError(`${path}: ${code === 'ENOENT' ? 'there is no such file or folder' : code}`)
    }
  })
}

function filesBelow(directory: string): readonly string[] {
  return readdirSync(directory, { withFileTypes: true })
    .toSorted((a, b) => (a.name < b.name ? -1 : 1))
    .flatMap(entry => {
      const path = join(directory, entry.name)
      if (entry.isDirectory()) return skipped.has(entry.name) ? [] : filesBelow(path)
      return entry.isFile() && /\.(ya?ml|json)$/.test(entry.name) ? [path] : []
    })
}

/**
 * Our objects, and Namespaces. A file that is no YAML (such as a template) is reported only if it names our group:
 * others are not our business.
 */
export function readObjects(sources: readonly Source[]): ReadFiles {
  const objects: FoundObject[] = []
  const misread: Misread[] = []
  for (const source of sources) {
    // Other files need no parsing, which matters in a large repository.
    if (!source.text.includes(group) && !/\bNamespace\b/.test(source.text)) continue
    const read = readSource(source, isOursOrNamespace)
    objects.push(...read.objects)
    if (source.text.includes(group)) misread.push(...read.misread)
  }
  return { files: sources.length, objects, misread }
}

/**
 * Objects of other people's kinds, in the files that hold one of the texts. What cannot be read there is passed over:
 * it is not our business.
 */
export function readOthers(sources: readonly Source[], texts: readonly string[]): readonly FoundObject[] {
  return sources
    .filter(({ text }) => texts.some(wanted => text.includes(wanted)))
    .flatMap(source => readSource(source, type => !isOursOrNamespace(type)).objects)
}

interface Type {
  readonly apiVersion: string
  readonly kind: unknown
}

function isOursOrNamespace({ apiVersion, kind }: Type): boolean {
  return apiVersion.split('/')[0] === group || (apiVersion === 'v1' && kind === 'Namespace')
}

type IsWanted = (type: Type) => boolean

function readSource({ file, text }: Source, isWanted: IsWanted): Pick<ReadFiles, 'objects' | 'misread'> {
  const lines = new LineCounter()
  const placeAt = (offset: number): Place => {
    const { line, col } = lines.linePos(offset)
    return { file, line: Math.max(1, line), column: Math.max(1, col) }
  }
  const documents = parseAllDocuments(text, { ...asKubectlReads, lineCounter: lines })
  const objects: FoundObject[] = []
  const misread: Misread[] = []
  for (const document of Array.isArray(documents) ? documents : []) {
    // Later errors mostly follow from the first.
    const [error] = document.errors
    if (error !== undefined) {
      misread.push({ place: placeAt(error.pos[0]), message: problems[error.code] ?? 'is not valid YAML' })
      continue
    }
    try {
      const value: unknown = document.toJS({ maxAliasCount: 100 })
      objects.push(...objectsIn(value, [], { isWanted, place: path => placeAt(offsetOf(document, path)) }))
    } catch {
      misread.push({ place: placeAt(document.range[0]), message: 'its aliases cannot be resolved' })
    }
  }
  return { objects, misread }
}

const problems: Readonly<Record<string, string>> = {
  DUPLICATE_KEY: 'is not valid YAML: the key is there twice',
  TAB_AS_INDENT: 'is not valid YAML: it is indented with a tab',
  BAD_INDENT: 'is not valid YAML: the indentation is wrong',
}

/** YAML 1.1 as kubectl reads it: `yes` is true, but `1:2` is no time of day, and dates are texts. */
const asKubectlReads: Parameters<typeof parseAllDocuments>[1] = {
  version: '1.1',
  strict: true,
  logLevel: 'silent',
  customTags: tags =>
    tags.filter(
      tag => typeof tag === 'string' || (tag.format !== 'TIME' && tag.tag !== 'tag:yaml.org,2002:timestamp'),
    ),
}

interface Reading {
  readonly isWanted: IsWanted
  readonly place: (path: Path) => Place
}

function objectsIn(value: unknown, at: Path, reading: Reading): readonly FoundObject[] {
  if (!isRecord(value)) return []
  const { apiVersion, kind } = value
  if (typeof apiVersion !== 'string') return []
  if (Array.isArray(value['items']) && typeof kind === 'string' && kind.endsWith('List')) {
    return value['items'].flatMap((item, index) => objectsIn(item, [...at, 'items', index], reading))
  }
  if (!reading.isWanted({ apiVersion, kind })) return []
  return [
    {
      apiVersion,
      kind: typeof kind === 'string' ? kind : '?',
      value,
      place: path => reading.place([...at, ...path]),
    },
  ]
}
