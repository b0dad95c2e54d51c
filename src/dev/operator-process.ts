import { readFile } from 'node:fs/promises'
import { fileURLToPath } from 'node:url'
import { sleep, systemClock } from '../core/clock.ts'
import { CodedError, codeOf } from '../core/errors.ts'
import { freePort } from './free-port.ts'
import type { SupervisedProcess, Supervisor } from './process.ts'

export interface OperatorOptions {
  readonly supervisor: Pick<Supervisor, 'run'>
  readonly kubeconfig: string
  readonly logFile: string
  /** Further flags. */
  readonly args: readonly string[]
  /** Called when the operator ended by itself, and when it is started again, at another address. */
  readonly onRestart: (line: string) => void
}

const program = fileURLToPath(new URL('../main.ts', import.meta.url))
const readyWithinMs = 120_000
const pollEveryMs = 100
const stopGraceMs = 15_000
const restartAfterMs = { first: 1_000, longest: 30_000 }

/**
 * The operator as a process of its own. If it ends by itself, it is started again after a growing pause, as a
 * Deployment would.
 */
export class OperatorProcess {
  readonly #options: OperatorOptions
  readonly #stopped = new AbortController()
  #process: SupervisedProcess | undefined
  #port = 0
  #watching: Promise<void> = Promise.resolve()

  constructor(options: OperatorOptions) {
    this.#options = options
  }

  get pid(): number | undefined {
    return this.#process?.exit ? undefined : this.#process?.pid
  }

  /** Where /healthz, /readyz and /metrics answer. */
  get url(): string {
    return `http://127.0.0.1:${this.#port}`
  }

  get logFile(): string {
    return this.#options.logFile
  }

  /** Resolves once /readyz says so. @throws {CodedError} */
  async start(signal: AbortSignal): Promise<void> {
    const started = await this.#run()
    await this.#untilReady(started, signal)
    this.#watching = this.#keepRunning(started)
  }

  /** Sends SIGTERM, and SIGKILL after a while. Does nothing when the operator does not run. */
  async stop(): Promise<void> {
    this.#stopped.abort()
    await this.#process?.stop({ graceMs: stopGraceMs })
    await this.#watching
  }

  async #run(): Promise<SupervisedProcess> {
    const { supervisor, kubeconfig, logFile, args: more } = this.#options
    // If another program takes it first, the operator ends and is started again with another port.
    this.#port = await freePort()
    const args = [program, 'run', '--kubeconfig', kubeconfig, '--listen', `127.0.0.1:${this.#port}`, ...more]
    this.#process = await supervisor.run({ command: process.execPath, args, logFile })
    return this.#process
  }

  async #untilReady(started: SupervisedProcess, signal: AbortSignal): Promise<void> {
    const deadline = systemClock.monotonic() + readyWithinMs
    for (;;) {
      const problem = await readinessProblem(this.url)
      if (problem === undefined) return
      if (started.exit) {
        throw new CodedError('operatorEnded', await describeEnd(started))
      }
      if (systemClock.monotonic() > deadline) {
        const { logFile } = this.#options
        const message = `the operator is not ready after ${readyWithinMs / 1000} s (${problem}); see ${logFile}`
        throw new CodedError('operatorNotReady', message)
      }
      await sleep(systemClock, pollEveryMs, signal)
    }
  }

  async #keepRunning(started: SupervisedProcess): Promise<void> {
    let running: SupervisedProcess | undefined = started
    let pauseMs = restartAfterMs.first
    while (running !== undefined) {
      const since = systemClock.monotonic()
      await running.exited
      if (this.#stopped.signal.aborted) return
      if (systemClock.monotonic() - since > restartAfterMs.longest) pauseMs = restartAfterMs.first
      this.#options.onRestart(`${await describeEnd(running)}; starting it again`)
      running = await this.#startAgain(pauseMs)
      pauseMs = longer(pauseMs)
    }
  }

  /** Undefined where it was asked to stop meanwhile, or this process is ending and starts nothing any more. */
  async #startAgain(afterMs: number): Promise<SupervisedProcess | undefined> {
    const { onRestart } = this.#options
    const { signal } = this.#stopped
    for (let pauseMs = afterMs; ; pauseMs = longer(pauseMs)) {
      try {
        await sleep(systemClock, pauseMs, signal)
        const running = await this.#run()
        onRestart(`started again: ${this.url}/metrics (log: ${running.logFile})`)
        if (!signal.aborted) return running
        running.signal('SIGTERM')
        return undefined
      } catch (error) {
        if (signal.aborted || codeOf(error) === 'supervisorLost') return undefined
        const why = error instanceof Error ? error.message : String(error)
        onRestart(`the operator could not be started (${why}); trying again`)
      }
    }
  }
}

function longer(pauseMs: number): number {
  return Math.min(pauseMs * 2, restartAfterMs.longest)
}

async function readinessProblem(url: string): Promise<string | undefined> {
  try {
    const answer = await fetch(`${url}/readyz`, { signal: AbortSignal.timeout(2_000) })
    const text = await answer.text()
    return answer.ok ? undefined : text.trim()
  } catch {
    return 'it does not answer'
  }
}

async function describeEnd({ logFile, exit }: SupervisedProcess): Promise<string> {
  const how = exit?.signal ?? `exit code ${exit?.code}`
  const lines = (await readFile(logFile, 'utf8').catch(() => '')).trim().split('\n')
  return `the operator ended (${how}); the last line of ${logFile}: ${lines.at(-1) || 'nothing'}`
}
