// lenskeeper as a process of its own, as people start it.
import { spawn, type ChildProcess } from 'node:child_process'
import { readdirSync, readFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { isRunning } from './running-process.ts'

export interface Program {
  readonly pid: number
  /** What it has written until now. */
  readonly output: string
  readonly complaints: string
  /** Resolves with how it ended. */
  readonly ended: Promise<{ readonly code: number | null; readonly signal: NodeJS.Signals | null }>
  signal(name: NodeJS.Signals): void
}

const main = fileURLToPath(new URL('../../src/main.ts', import.meta.url))

export function startProgram(args: readonly string[], env: Readonly<Record<string, string>> = {}): Program {
  const child: ChildProcess = spawn(process.execPath, [main, ...args], {
    env: { ...process.env, CLICKHOUSE_URL: '', ...env },
    stdio: ['ignore', 'pipe', 'pipe'],
  })
  let output = ''
  let complaints = ''
  child.stdout?.setEncoding('utf8').on('data', (text: string) => void (output += text))
  child.stderr?.setEncoding('utf8').on('data', (text: string) => void (complaints += text))
  const ended = new Promise<Awaited<Program['ended']>>(resolve => {
    child.once('close', (code, signal) => resolve({ code, signal }))
  })
  return {
    pid: child.pid!,
    get output() {
      return output
    },
    get complaints() {
      return complaints
    },
    ended,
    signal: name => void child.kill(name),
  }
}

/** Process ids of everything that a process has started, and they in turn. Needs /proc. */
export function descendantsOf(pid: number): readonly number[] {
  const parents = new Map(readdirSync('/proc').flatMap(name => parentOf(name)))
  const isBelow = (one: number | undefined): boolean =>
    one !== undefined && (one === pid || isBelow(parents.get(one)))
  return [...parents.keys()].filter(one => one !== pid && isBelow(one))
}

export function stillRunning(pids: readonly number[]): readonly number[] {
  return pids.filter(isRunning)
}

function parentOf(name: string): readonly (readonly [number, number])[] {
  if (!/^[0-9]+$/.test(name)) return []
  try {
    const stat = readFileSync(`/proc/${name}/stat`, 'utf8')
    const [, parent] = stat.slice(stat.lastIndexOf(')') + 2).split(' ')
    return [[Number(name), Number(parent)]]
  } catch {
    return []
  }
}
