import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { delimiter, join } from 'node:path'
import { afterEach, beforeEach } from 'vitest'
import type { AccessParts } from '../../../src/kube/access/access.ts'

export interface KubeconfigPlace {
  /** Changes with each test. */
  readonly directory: string
  /** Writes a file there, as it is or as JSON, and gives its path. */
  put(name: string, content: unknown): Promise<string>
}

/** A folder for kubeconfigs, new for each test. */
export function useKubeconfigPlace(): KubeconfigPlace {
  let directory = ''
  beforeEach(async () => {
    directory = await mkdtemp(join(tmpdir(), 'lenskeeper-kubeconfig-'))
  })
  afterEach(() => rm(directory, { recursive: true, force: true }))
  return {
    get directory() {
      return directory
    },
    async put(name, content) {
      const path = join(directory, name)
      await mkdir(join(path, '..'), { recursive: true })
      await writeFile(path, typeof content === 'string' ? content : JSON.stringify(content))
      return path
    },
  }
}

export interface Parts {
  /** Name by server. */
  readonly clusters?: Readonly<Record<string, string | object>>
  readonly users?: Readonly<Record<string, object>>
  /** Name by cluster, user and namespace. */
  readonly contexts?: Readonly<Record<string, readonly [string, string, string?]>>
  readonly current?: string
}

export function config({ clusters = {}, users = {}, contexts = {}, current }: Parts): object {
  return {
    apiVersion: 'v1',
    kind: 'Config',
    clusters: Object.entries(clusters).map(([name, given]) => ({
      name,
      cluster: typeof given === 'string' ? { server: given } : given,
    })),
    users: Object.entries(users).map(([name, user]) => ({ name, user })),
    contexts: Object.entries(contexts).map(([name, [cluster, user, namespace]]) => ({
      name,
      context: { cluster, user, namespace },
    })),
    ...(current === undefined ? {} : { 'current-context': current }),
  }
}

/** The token of `Authorization: Bearer`. */
export function token({ headers }: AccessParts): string | undefined {
  const header = headers.reveal()['authorization']
  return typeof header === 'string' ? header.replace('Bearer ', '') : undefined
}

/** Options of a caller whose KUBECONFIG names these files. */
export const listed = (...files: readonly string[]) => ({ env: { KUBECONFIG: files.join(delimiter) } })
