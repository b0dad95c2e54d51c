/** The programs that make a cluster with nodes, and what is said of each step. */
import { execFile, spawn } from 'node:child_process'
import { once } from 'node:events'
import { text } from 'node:stream/consumers'
import { promisify } from 'node:util'

export interface RunOptions {
  /** Given to its standard input. */
  readonly input?: string
  /** Beside those of this process. */
  readonly env?: Readonly<Record<string, string>>
}

/** Runs a program, whose complaints are shown, and gives what it prints. Rejects when it fails. */
export type Run = (args: readonly string[], options?: RunOptions) => Promise<string>

export interface Programs {
  readonly docker: Run
  readonly helm: Run
  readonly kind: Run
  /** On the cluster that was made. */
  readonly kubectl: Run
  /** Node 24, from the root of the checkout. What it prints is shown. */
  readonly node: Run
}

interface How {
  readonly cwd?: string
  readonly env?: Readonly<Record<string, string>>
  /** Shows what is printed instead of giving it. */
  readonly shown?: boolean
  /** Ends it. */
  readonly signal?: AbortSignal | undefined
}

export function runOf(program: string, { cwd, env, shown = false, signal }: How = {}): Run {
  return async (args, options = {}) => {
    const child = spawn(program, args, {
      cwd,
      env: { ...process.env, ...env, ...options.env },
      stdio: ['pipe', shown ? 'inherit' : 'pipe', 'inherit'],
      signal,
    })
    // It may end before it has read all. Its exit code says whether that is a fault.
    child.stdin?.on('error', () => undefined).end(options.input)
    const [said, [code]] = await Promise.all([
      child.stdout === null ? '' : text(child.stdout),
      once(child, 'close') as Promise<[number | null]>,
    ])
    if (code !== 0) throw new Error(`${program} ${args[0] ?? ''} failed with exit code ${String(code)}`)
    return said
  }
}

/** What is wrong with the container engine; undefined where it runs. Its client alone is often there. */
export async function engineProblem(): Promise<string | undefined> {
  try {
    await promisify(execFile)('docker', ['info', '--format', '{{.ServerVersion}}'])
    return undefined
  } catch (error) {
    const { code, stderr = '' } = error as { readonly code?: unknown; readonly stderr?: string }
    if (code === 'ENOENT') return 'there is no docker on the PATH'
    return stderr.trim().split('\n').at(-1) || `docker info failed with ${String(code)}`
  }
}
