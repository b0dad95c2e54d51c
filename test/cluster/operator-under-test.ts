/** An operator as a process of its own, as the image has it. */
import { spawn, type ChildProcess } from 'node:child_process'
import { once } from 'node:events'
import { closeSync, openSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { kubeconfig as kubeconfigText } from '../../src/dev/control-plane/files.ts'
import { eventually } from '../time/eventually.ts'
import type { Place } from './place.ts'

/** One that a test may kill. */
export interface RunningOperator {
  readonly pid: number
  /** Where /readyz and /metrics answer. */
  readonly url: string
  /** All that it wrote until now. */
  log(): string
  /** How it ended; null after a signal, undefined while it runs. */
  readonly exitCode: number | null | undefined
  /** Resolves when it has ended, whatever way. */
  readonly ended: Promise<unknown>
  kill(signal?: NodeJS.Signals): Promise<void>
  /** SIGTERM, and waits for the end. */
  stop(): Promise<number | null>
}

const account = { namespace: 'lenskeeper-system', name: 'lenskeeper' }

/** @returns the path of a kubeconfig that logs in as deploy/'s ServiceAccount, for a day */
export async function writeOperatorKubeconfig({
  controlPlane,
  directory,
}: Pick<Place, 'controlPlane' | 'directory'>): Promise<string> {
  const { url, caPem } = controlPlane
  const token = await controlPlane.serviceAccountToken({ ...account, expirationSeconds: 86_400 })
  const path = join(directory, 'operator-under-test.kubeconfig')
  writeFileSync(path, kubeconfigText({ url, caPem, token, namespace: account.namespace }), { mode: 0o600 })
  return path
}

export interface Launch {
  readonly program: string
  readonly kubeconfig: string
  readonly logFile: string
  /** Further flags of the program. */
  readonly args: readonly string[]
  /** Flags of Node. */
  readonly node: readonly string[]
}

/** Resolves once /readyz says so. Nothing runs if it rejects. */
export async function launchOperator(launch: Launch): Promise<RunningOperator> {
  const { program, kubeconfig, logFile, args, node } = launch
  const output = openSync(logFile, 'w')
  const own = ['--kubeconfig', kubeconfig, '--listen', '127.0.0.1:0', '--kube-rate', '0']
  const flags = ['run', ...own, '--log-level', 'debug', ...args]
  const child = spawn(process.execPath, [...node, program, ...flags], { stdio: ['ignore', output, output] })
  closeSync(output)
  return await untilReady(child, logFile).catch((error: unknown) => {
    child.kill('SIGKILL')
    throw error
  })
}

async function untilReady(child: ChildProcess, logFile: string): Promise<RunningOperator> {
  const log = (): string => readFileSync(logFile, 'utf8')
  const ended = once(child, 'exit')
  const url = await eventually(
    async () => {
      if (child.exitCode !== null || child.signalCode !== null)
        throw new Error(`the operator ended: ${log().slice(-2000)}`)
      const port = /"port":([0-9]+)/.exec(log())?.[1]
      if (port === undefined) return undefined
      const answer = await fetch(`http://127.0.0.1:${port}/readyz`)
      return answer.ok ? `http://127.0.0.1:${port}` : undefined
    },
    { what: `the operator is ready (${logFile})`, deadlineMs: 60_000, everyMs: 50 },
  )
  return running(child, { url, log, ended })
}

function running(
  child: ChildProcess,
  { url, log, ended }: Pick<RunningOperator, 'url' | 'log' | 'ended'>,
): RunningOperator {
  const end = async (signal: NodeJS.Signals): Promise<void> => {
    if (child.exitCode === null && child.signalCode === null) child.kill(signal)
    await ended
  }
  return {
    pid: child.pid ?? 0,
    url,
    log,
    ended,
    get exitCode() {
      return child.exitCode ?? (child.signalCode === null ? undefined : null)
    },
    kill: (signal = 'SIGKILL') => end(signal),
    async stop() {
      await end('SIGTERM')
      return child.exitCode
    },
  }
}
