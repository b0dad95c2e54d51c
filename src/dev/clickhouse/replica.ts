import { type ChildProcess, fork } from 'node:child_process'
import { once } from 'node:events'
import { readFile, mkdir, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { sleep, systemClock } from '../../core/clock.ts'
import { CodedError } from '../../core/errors.ts'
import type { Fault } from './http/faults.ts'
import type { StatementRecord } from './http/front.ts'
import type { Command, ReplicaSetup, ReplicaState, Report } from './replica-messages.ts'

type DistributiveOmit<T, K extends PropertyKey> = T extends unknown ? Omit<T, K> : never
type Question = DistributiveOmit<Command, 'id'>

const stopGraceMs = 5_000
const stderrLimit = 4_000

/** The parent's side of one replica: a process that can be ended and started again over the same files. */
export class Replica {
  readonly #setup: Omit<ReplicaSetup, 'port'>
  readonly #record: (statement: StatementRecord) => void
  readonly #answers = new Map<
    number,
    { resolve: (state: ReplicaState) => void; reject: (error: Error) => void }
  >()
  #child: ChildProcess | undefined
  #stderr = ''
  #lastId = 0
  #port = 0

  constructor(setup: Omit<ReplicaSetup, 'port'>, record: (statement: StatementRecord) => void) {
    this.#setup = setup
    this.#record = record
  }

  get url(): string {
    return `http://127.0.0.1:${this.#port}`
  }

  get pid(): number | undefined {
    return this.#child?.pid
  }

  /** @throws CodedError `replicaFailed` with what the process said. */
  async start(): Promise<void> {
    if (this.#child !== undefined) return
    const portFile = join(this.#setup.directory, 'port')
    await mkdir(this.#setup.directory, { recursive: true })
    const known = this.#port > 0 ? this.#port : Number(await readFile(portFile, 'utf8').catch(() => '0'))
    this.#child = this.#fork()
    const { port } = await this.#ask({ type: 'start', setup: { ...this.#setup, port: known } })
    this.#port = port
    await writeFile(portFile, String(this.#port))
  }

  /** Ends the process in order, and by SIGKILL after a grace period. Does nothing when it has ended. */
  async stop(): Promise<void> {
    const child = this.#child
    if (child === undefined) return
    const exited = child.exitCode === null && child.signalCode === null ? once(child, 'exit') : undefined
    const grace = new AbortController()
    const late = sleep(systemClock, stopGraceMs, grace.signal).then(
      () => child.kill('SIGKILL'),
      () => undefined,
    )
    child.kill('SIGCONT')
    await this.#ask({ type: 'stop' }).catch(() => undefined)
    await exited
    grace.abort()
    await late
    this.#child = undefined
  }

  /** Ends the process at once, as a crash or a lost machine does. */
  async kill(): Promise<void> {
    const child = this.#child
    if (child === undefined) return
    const exited = child.exitCode === null && child.signalCode === null ? once(child, 'exit') : undefined
    child.kill('SIGKILL')
    await exited
    this.#child = undefined
  }

  /** Sends a signal such as SIGSTOP, which leaves connections open and unanswered. */
  signal(name: 'SIGSTOP' | 'SIGCONT'): void {
    this.#child?.kill(name)
  }

  async setFaults(faults: readonly Fault[]): Promise<void> {
    await this.#ask({ type: 'faults', faults })
  }

  /** Resolves when all statements answered before are recorded; at once when the process has ended. */
  async flush(): Promise<void> {
    if (this.#child !== undefined) await this.#ask({ type: 'flush' }).catch(() => undefined)
  }

  /** How many statements a fault holds back now. */
  async held(): Promise<number> {
    return (await this.#ask({ type: 'flush' })).held
  }

  #fork(): ChildProcess {
    const child = fork(new URL('replica-process.ts', import.meta.url), [], {
      execArgv: [],
      serialization: 'advanced',
      env: { ...process.env, NODE_OPTIONS: '' },
      stdio: ['ignore', 'ignore', 'pipe', 'ipc'],
    })
    this.#stderr = ''
    child.stderr?.setEncoding('utf8').on('data', (text: string) => {
      this.#stderr = (this.#stderr + text).slice(-stderrLimit)
    })
    child.on('message', (report: Report) => this.#hear(report))
    child.once('exit', () => {
      const failed = new CodedError('replicaStopped', `The embedded ClickHouse ended: ${this.#stderr}`)
      for (const { reject } of this.#answers.values()) reject(failed)
      this.#answers.clear()
    })
    return child
  }

  async #ask(question: Question): Promise<ReplicaState> {
    const child = this.#child
    if (child === undefined || !child.connected)
      throw new CodedError('replicaStopped', 'The replica is not running')
    this.#lastId += 1
    const id = this.#lastId
    return await new Promise((resolve, reject) => {
      this.#answers.set(id, { resolve, reject })
      child.send({ ...question, id })
    })
  }

  #hear(report: Report): void {
    if (report.type === 'statement') return this.#record(report.statement)
    const answer = this.#answers.get(report.id)
    this.#answers.delete(report.id)
    if (report.error === undefined) answer?.resolve(report)
    else answer?.reject(new CodedError('replicaFailed', `${report.error}\n${this.#stderr}`))
  }
}
