/** The real Helm, on the chart of this checkout. */
import { execFile } from 'node:child_process'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { parseAllDocuments } from 'yaml'
import { root, type Manifest } from '../deploy/manifests.ts'
import { goTool } from './go-tool.ts'

export const chart = join(root, 'deploy/helm/lenskeeper')

export interface Helm {
  /** What it prints. Rejects with what it complains of. */
  run(args: readonly string[]): Promise<string>
  /** The objects of the chart with these values. */
  template(values?: object): Promise<readonly Manifest[]>
  close(): Promise<void>
}

/** @param kubeconfig of the cluster; nothing asks one without it */
export async function openHelm(kubeconfig = '/dev/null'): Promise<Helm> {
  const program = await goTool('helm')
  const home = await mkdtemp(join(tmpdir(), 'lenskeeper-helm-'))
  const env = {
    PATH: process.env.PATH,
    HOME: home,
    HELM_CACHE_HOME: home,
    HELM_CONFIG_HOME: home,
    HELM_DATA_HOME: home,
    KUBECONFIG: kubeconfig,
  }
  const run = async (args: readonly string[]): Promise<string> => {
    const { stdout } = await promisify(execFile)(program, args, { env, maxBuffer: 64 * 1024 * 1024 })
    return stdout
  }
  return {
    run,
    async template(values = {}) {
      const where = ['--namespace', 'lenskeeper-system', '--kube-version', '1.32.0']
      return objectsIn(await run(['template', 'lenskeeper', chart, ...where, ...valuesFlags(values)]))
    },
    close: () => rm(home, { recursive: true, force: true }),
  }
}

/** Each value by itself, so that what is not said stays as the chart has it. */
export function valuesFlags(values: object): readonly string[] {
  return Object.entries(values).flatMap(([name, value]) => ['--set-json', `${name}=${JSON.stringify(value)}`])
}

/** The objects of a stream of YAML. */
export function objectsIn(text: string): readonly Manifest[] {
  const documents = parseAllDocuments(text)
  if (!Array.isArray(documents)) return []
  return documents.flatMap(document => {
    const [problem] = document.errors
    if (problem !== undefined) throw problem
    const content = document.toJS() as Manifest | null
    return content === null ? [] : [content]
  })
}
