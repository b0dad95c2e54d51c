import { readFileSync } from 'node:fs'
import { readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { setTimeout as delay } from 'node:timers/promises'
import { Agent, request } from 'undici'
import type { SupervisedProcess } from '../src/dev/process.ts'
import { imageEnvironment } from './image-environment.ts'
import type { Place } from './place.ts'
import { cpuSecondsOf } from './processor-time.ts'
import { parsePrometheus, type Sample, sumBy } from './prometheus.ts'

export interface OperatorOptions {
  readonly workers: number
  /** It asks for the lead, as in deploy/. Who comes when nobody stood by waits for a lease's time. */
  readonly elects?: boolean
  /** The memory limit of its container; by default that of deploy/. */
  readonly memoryMiB?: number
  /** Where a CPU profile is put at the end. */
  readonly profileTo?: string | undefined
}

const metricNames = [
  'lenskeeper_clickhouse_statements_total',
  'lenskeeper_api_requests_total',
  'lenskeeper_reconcile_seconds_count',
  'lenskeeper_queue_depth',
  'lenskeeper_reconciles_running',
  'lenskeeper_tokens_minted_total',
  'lenskeeper_embeds',
  'lenskeeper_embed_refreshes_total',
  'lenskeeper_leader',
  'lenskeeper_event_loop_delay_p99_seconds',
]

/** What Node chooses by itself in a container with such a limit. */
function asInContainer(memoryMiB: number): string {
  return `--max-old-space-size=${Math.floor(memoryMiB / 2)}`
}

/** What Kubernetes and the image say to the process, and nothing of this machine's. */
function inPod({ plane }: Place): Readonly<Record<string, string | undefined>> {
  const { hostname, port } = new URL(plane.url)
  return {
    PATH: process.env['PATH'],
    KUBERNETES_SERVICE_HOST: hostname,
    KUBERNETES_SERVICE_PORT: port,
    ...imageEnvironment(readFileSync(new URL('../Dockerfile', import.meta.url), 'utf8')),
  }
}

/** A connection that is kept may be closed at the other end the moment it is used again, on a busy machine. */
const unkept = new Agent({ pipelining: 0 })

let started = 0

/** The operator as a process of its own. */
export class OperatorProcess {
  readonly #process: SupervisedProcess
  readonly #url: string
  /** When it was started, by `performance.now`. */
  readonly startedAt: number

  private constructor(process: SupervisedProcess, at: { readonly url: string; readonly startedAt: number }) {
    this.#process = process
    this.#url = at.url
    this.startedAt = at.startedAt
  }

  /** Resolves when it listens. */
  static async start(
    place: Place,
    { workers, memoryMiB = 512, elects = false, profileTo }: OperatorOptions,
  ): Promise<OperatorProcess> {
    const startedAt = performance.now()
    const profile = profileTo === undefined ? [] : ['--cpu-prof', `--cpu-prof-dir=${profileTo}`]
    const logFile = join(place.directory, `operator-${++started}.log`)
    const process_ = await place.supervisor.run({
      command: process.execPath,
      args: [
        asInContainer(memoryMiB),
        ...profile,
        ...place.program,
        'run',
        `--service-account-dir=${place.serviceAccountDir}`,
        '--listen=127.0.0.1:0',
        '--kube-rate=0',
        ...(elects ? ['--leader-elect'] : []),
        `--workers=${workers}`,
      ],
      env: inPod(place),
      logFile,
    })
    const url = await listening(process_)
    return new OperatorProcess(process_, { url, startedAt })
  }

  /** Resolves when it says that it is ready. */
  async ready(): Promise<void> {
    for (;;) {
      this.#requireRunning()
      if ((await this.#read('/readyz')).status === 200) return
      await delay(20)
    }
  }

  /** Resolves when it works, and others stand by. */
  async leads(): Promise<void> {
    while (!(await this.metrics()).some(({ name, value }) => name === 'lenskeeper_leader' && value === 1))
      await delay(20)
  }

  /** Also begins a new period of the event loop's delay. */
  async metrics(): Promise<readonly Sample[]> {
    this.#requireRunning()
    return parsePrometheus((await this.#read('/metrics')).text, metricNames)
  }

  /** How far it is: reconciles of tenants since the start; keys due, a retry's time excepted, and runs in progress. */
  async progress(): Promise<{ readonly reconciled: number; readonly busy: number }> {
    const samples = await this.metrics()
    const busy = samples
      .filter(({ name }) => name === 'lenskeeper_queue_depth' || name === 'lenskeeper_reconciles_running')
      .reduce((sum, { value }) => sum + value, 0)
    const reconciled = sumBy(samples, 'lenskeeper_reconcile_seconds_count', 'controller')['tenants'] ?? 0
    return { reconciled, busy }
  }

  /** What the work comes to, unless the operator ends meanwhile: nobody else would do it. */
  async during<T>(work: Promise<T>): Promise<T> {
    return await unlessEnded(this.#process, work)
  }

  cpuSeconds(): number {
    return cpuSecondsOf(this.#process.pid)
  }

  /** The most memory held since the last `forgetPeak`, in MiB. */
  peakMiB(): number {
    const status = readFileSync(`/proc/${this.#process.pid}/status`, 'utf8')
    return Number(/^VmHWM:\s+(\d+) kB/m.exec(status)?.[1] ?? Number.NaN) / 1024
  }

  async forgetPeak(): Promise<void> {
    await writeFile(`/proc/${this.#process.pid}/clear_refs`, '5')
  }

  /** As when its node is lost: it gives nothing back. */
  async kill(): Promise<void> {
    this.#process.signal('SIGKILL')
    await this.#process.exited
  }

  async stop(): Promise<void> {
    await this.#process.stop({ graceMs: 30_000 })
  }

  async #read(path: string): Promise<{ readonly status: number; readonly text: string }> {
    const { statusCode, body } = await request(`${this.#url}${path}`, { dispatcher: unkept })
    return { status: statusCode, text: await body.text() }
  }

  #requireRunning(): void {
    if (this.#process.exit !== undefined) throw hasEnded(this.#process)
  }
}

type Watched = Pick<SupervisedProcess, 'exited' | 'logFile'>

/** @throws Error with the last words of a process that ends before the work does */
export async function unlessEnded<T>(operator: Watched, work: Promise<T>): Promise<T> {
  const ended = operator.exited.then((): never => {
    throw hasEnded(operator)
  })
  return await Promise.race([work, ended])
}

function hasEnded(operator: Watched): Error {
  return new Error(`the operator ended:\n${lastLines(operator)}`)
}

async function listening(operator: SupervisedProcess): Promise<string> {
  for (;;) {
    const log = await readFile(operator.logFile, 'utf8').catch(() => '')
    for (const line of log.split('\n').slice(0, -1)) {
      const entry = parse(line)
      if (entry?.msg === 'listening') return `http://127.0.0.1:${entry.port}`
    }
    if (operator.exit !== undefined) throw new Error(`the operator did not start:\n${lastLines(operator)}`)
    await delay(10)
  }
}

function parse(line: string): { readonly msg?: string; readonly port?: number } | undefined {
  try {
    return JSON.parse(line) as { readonly msg?: string; readonly port?: number }
  } catch {
    return undefined
  }
}

function lastLines({ logFile }: Pick<Watched, 'logFile'>): string {
  return readFileSync(logFile, 'utf8').split('\n').slice(-15).join('\n')
}
