/** The kubeconfig that kubectl would use: which files it reads, and what these are together. */
import { existsSync, readFileSync } from 'node:fs'
import { dirname, isAbsolute, join } from 'node:path'
import { parseDocument } from 'yaml'
import { isRecord } from '../../core/record.ts'
import type { CredentialOptions } from './access.ts'
import type { Entry } from './entry.ts'
import { fileFault, KubeconfigError } from './kubeconfig-error.ts'
import { homeFolder } from './home-folder.ts'
import { namedFiles } from './named-files.ts'

/** As it is written. */
export interface Kubeconfig {
  readonly clusters: readonly NamedCluster[]
  readonly users: readonly NamedUser[]
  readonly contexts: readonly NamedContext[]
  readonly 'current-context': string | undefined
}

export interface NamedCluster {
  readonly name: string
  readonly cluster?: Entry
}

export interface NamedUser {
  readonly name: string
  readonly user?: Entry
}

export interface NamedContext {
  readonly name: string
  readonly context?: Entry
}

/** @throws KubeconfigError that names the file, and quotes nothing of it */
export function readKubeconfigFiles(options: CredentialOptions): Kubeconfig {
  const { kubeconfig, env } = options
  if (kubeconfig !== undefined) return merge([readOne(kubeconfig, contentOf(kubeconfig))])
  const listed = namedFiles(env)
  const files = listed.length > 0 ? listed : homeKubeconfig(env)
  const found = files.flatMap(file => {
    const text = textOf(file)
    return text === undefined ? [] : [readOne(file, text)]
  })
  if (found.length === 0 && listed.length > 0) {
    throw new KubeconfigError(
      `there is no kubeconfig: KUBECONFIG names ${listed.join(', ')}, and there is no such file. Name one with --kubeconfig`,
    )
  }
  return merge(found)
}

/** None without a home, which is nothing wrong by itself. */
function homeKubeconfig(env: CredentialOptions['env']): readonly string[] {
  const home = homeFolder(env)
  return home === undefined ? [] : [join(home, '.kube', 'config')]
}

/** Undefined for a file that is not there, which a list may name. */
function textOf(file: string): string | undefined {
  return existsSync(file) ? contentOf(file) : undefined
}

function contentOf(file: string): string {
  try {
    return readFileSync(file, 'utf8')
  } catch (error) {
    // A folder's error does not name it.
    throw fileFault(Object.assign(error as Error, { path: file }))
  }
}

function readOne(file: string, text: string): Kubeconfig {
  const raw: unknown = parseYaml(file, text) ?? {}
  if (!isRecord(raw)) throw new KubeconfigError(`${file} is no kubeconfig: correct it`)
  const { clusters, users, contexts, 'current-context': current } = raw
  const root = dirname(file)
  return {
    clusters: named(clusters).map((entry: NamedCluster) => ({
      ...entry,
      cluster: absolute(entry.cluster, root, ['certificate-authority']),
    })),
    users: named(users).map((entry: NamedUser) => ({
      ...entry,
      user: absolute(entry.user, root, ['client-certificate', 'client-key', 'tokenFile']),
    })),
    contexts: named(contexts),
    'current-context': typeof current === 'string' && current !== '' ? current : undefined,
  }
}

/** The library's messages quote lines of the file, and a line may be a token. */
function parseYaml(file: string, text: string): unknown {
  const document = parseDocument(text)
  const [error] = document.errors
  if (error === undefined) return document.toJS() as unknown
  const line = error.linePos === undefined ? '' : `, by its line ${error.linePos[0].line}`
  throw new KubeconfigError(`${file} is not YAML${line}: correct it`)
}

function named(list: unknown): readonly { readonly name: string }[] {
  if (!Array.isArray(list)) return []
  return list.filter(
    (entry: unknown): entry is { name: string } =>
      typeof (entry as { name?: unknown } | null)?.name === 'string',
  )
}

/** Paths in a kubeconfig count from where it is. A command counts so if it is a path, and is looked up if it is a name. */
function absolute(fields: Entry | null | undefined, root: string, paths: readonly string[]): Entry {
  const fixed = Object.entries(fields ?? {}).map(([name, value]) => {
    const isPath = paths.includes(name) && typeof value === 'string' && value !== '' && !isAbsolute(value)
    if (isPath) return [name, join(root, value)]
    return name === 'exec' ? [name, withCommand(value, root)] : [name, value]
  })
  return Object.fromEntries(fixed) as Entry
}

function withCommand(exec: unknown, root: string): unknown {
  const { command } = (exec ?? {}) as { readonly command?: unknown }
  if (typeof command !== 'string' || isAbsolute(command) || !/[/\\]/.test(command)) return exec
  return { ...(exec as object), command: join(root, command) }
}

/** The first file that has a name, or a current context, wins, as a whole. */
function merge(files: readonly Kubeconfig[]): Kubeconfig {
  return {
    clusters: firstOfEach(files.flatMap(file => file.clusters)),
    users: firstOfEach(files.flatMap(file => file.users)),
    contexts: firstOfEach(files.flatMap(file => file.contexts)),
    'current-context': files.map(file => file['current-context']).find(name => name !== undefined),
  }
}

function firstOfEach<T extends { readonly name: string }>(entries: readonly T[]): readonly T[] {
  return [...new Map(entries.toReversed().map(entry => [entry.name, entry])).values()]
}
