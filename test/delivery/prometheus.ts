/** The real Prometheus, in front of operators that run here, as a ServiceMonitor has it scrape them. */
import { spawn, type ChildProcess } from 'node:child_process'
import { once } from 'node:events'
import { mkdtemp, rename, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { stringify } from 'yaml'
import { manifestOf } from '../deploy/manifests.ts'
import { eventually } from '../time/eventually.ts'
import { goTool } from './go-tool.ts'

/** An operator's Pod. */
export interface ScrapedPod {
  /** Where it answers. */
  readonly url: string
  readonly pod: string
  /** Of its installation. */
  readonly namespace: string
}

type Labels = Readonly<Record<string, string>>

export interface Sample {
  readonly metric: Labels
  readonly value: readonly [time: number, value: string]
}

export interface Firing {
  readonly labels: Labels
  readonly annotations: Labels
}

interface Rule {
  readonly name: string
  readonly health: 'ok' | 'err' | 'unknown'
  readonly lastError?: string
  readonly alerts: readonly (Firing & { readonly state: string })[]
}

const monitor = manifestOf('deploy/monitoring/service-monitor.yaml') as unknown as {
  readonly metadata: { readonly name: string; readonly namespace: string }
  readonly spec: { readonly endpoints: readonly [{ readonly port: string; readonly path: string }] }
}
const service = manifestOf('deploy/workload/service.yaml').metadata?.name ?? ''
const [endpoint] = monitor.spec.endpoints

/** What the Prometheus operator makes of the ServiceMonitor, but for how targets are found, and much more often. */
const config = {
  global: { scrape_interval: '1s', scrape_timeout: '1s', evaluation_interval: '1s' },
  rule_files: ['rules.yaml'],
  scrape_configs: [
    {
      job_name: `serviceMonitor/${monitor.metadata.namespace}/${monitor.metadata.name}/0`,
      metrics_path: endpoint.path,
      file_sd_configs: [{ files: ['targets.json'], refresh_interval: '1s' }],
    },
  ],
}

export class Prometheus {
  readonly #child: ChildProcess
  readonly #folder: string
  readonly #url: string

  private constructor(child: ChildProcess, folder: string, url: string) {
    this.#child = child
    this.#folder = folder
    this.#url = url
  }

  /** Resolves once it answers. @param rules `groups` of a rule file */
  static async start(rules: object): Promise<Prometheus> {
    const program = await goTool('prometheus')
    const folder = await mkdtemp(join(tmpdir(), 'lenskeeper-prometheus-'))
    await writeFile(join(folder, 'prometheus.yaml'), stringify(config))
    await writeFile(join(folder, 'rules.yaml'), stringify(rules, { aliasDuplicateObjects: false }))
    await writeFile(join(folder, 'targets.json'), '[]')
    const flags = [
      '--config.file=prometheus.yaml',
      '--storage.tsdb.path=data',
      '--web.listen-address=127.0.0.1:0',
    ]
    const child = spawn(program, flags, { cwd: folder, stdio: ['ignore', 'ignore', 'pipe'] })
    try {
      return new Prometheus(child, folder, await untilReady(child))
    } catch (error) {
      child.kill('SIGKILL')
      await rm(folder, { recursive: true, force: true })
      throw error
    }
  }

  /** From now on these, and no others. */
  async scrape(pods: readonly ScrapedPod[]): Promise<void> {
    const targets = pods.map(({ url, pod, namespace }) => ({
      targets: [new URL(url).host],
      labels: { namespace, service, job: service, pod, container: 'lenskeeper', endpoint: endpoint.port },
    }))
    const file = join(this.#folder, 'targets.json')
    await writeFile(`${file}.new`, JSON.stringify(targets))
    await rename(`${file}.new`, file)
  }

  /** Rejects with what it says of a query that it does not take. */
  async query(expr: string): Promise<readonly Sample[]> {
    const { result } = await this.#ask<{ readonly result: readonly Sample[] }>(
      `query?${new URLSearchParams({ query: expr }).toString()}`,
    )
    return result
  }

  async rules(): Promise<readonly Rule[]> {
    const { groups } = await this.#ask<{ readonly groups: readonly { readonly rules: readonly Rule[] }[] }>(
      'rules',
    )
    return groups.flatMap(({ rules }) => rules)
  }

  /** What it would send. */
  async firing(): Promise<readonly Firing[]> {
    const rules = await this.rules()
    return rules.flatMap(({ alerts }) => alerts.filter(({ state }) => state === 'firing'))
  }

  async close(): Promise<void> {
    if (this.#child.exitCode === null && this.#child.signalCode === null) {
      const ended = once(this.#child, 'exit')
      this.#child.kill('SIGKILL')
      await ended
    }
    await rm(this.#folder, { recursive: true, force: true })
  }

  async #ask<T>(what: string): Promise<T> {
    const answer = await fetch(`${this.#url}/api/v1/${what}`)
    const { data, error } = (await answer.json()) as { readonly data: T; readonly error?: string }
    if (error !== undefined) throw new Error(`${what}: ${error}`)
    return data
  }
}

async function untilReady(child: ChildProcess): Promise<string> {
  let log = ''
  child.stderr?.setEncoding('utf8').on('data', (text: string) => {
    log += text
  })
  return await eventually(
    async () => {
      if (child.exitCode !== null) throw new Error(`Prometheus ended: ${log}`)
      const [, address] = /msg="Listening on".* address=(\S+)/.exec(log) ?? []
      if (address === undefined) return undefined
      const url = `http://${address}`
      return (await fetch(`${url}/-/ready`)).ok && url
    },
    { what: 'Prometheus is ready', deadlineMs: 60_000 },
  )
}
