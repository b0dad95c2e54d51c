// A program of its own, forked by process.ts. It starts the processes that its parent asks for, and ends them when
// the parent has ended. The IPC channel tells: it closes however the parent ends, also by SIGKILL, which no exit
// handler in the parent would notice. The program leaves the parent's process group: Ctrl-C in a terminal then
// reaches the parent alone, and the rest is ended in order.
import { spawn, type ChildProcess } from 'node:child_process'
import { closeSync, openSync, rmSync } from 'node:fs'

export interface StartRequest {
  readonly op: 'start'
  readonly id: number
  readonly command: string
  readonly args: readonly string[]
  readonly cwd?: string | undefined
  readonly env: Readonly<Record<string, string | undefined>>
  /** Standard output and error are appended to this file. */
  readonly logFile: string
}

export type SupervisorRequest =
  | StartRequest
  | { readonly op: 'signal'; readonly id: number; readonly signal: NodeJS.Signals }
  | { readonly op: 'removeAtEnd'; readonly path: string }

export type SupervisorReply =
  | { readonly op: 'started'; readonly id: number; readonly pid: number }
  | { readonly op: 'refused'; readonly id: number; readonly code: string; readonly message: string }
  | {
      readonly op: 'exited'
      readonly id: number
      readonly code: number | null
      readonly signal: string | null
    }

const children = new Map<number, ChildProcess>()
const removals = new Set<string>()
let ending = false

function reply(message: SupervisorReply): void {
  if (process.connected) process.send?.(message, undefined, undefined, () => undefined)
}

function start(request: StartRequest): void {
  const { id } = request
  if (ending) return reply({ op: 'refused', id, code: '', message: 'the supervisor is ending' })
  const log = openSync(request.logFile, 'a', 0o600)
  // Each child has a process group of its own, so that whatever it started (a compiler, say) ends with it.
  const child = spawn(request.command, request.args, {
    cwd: request.cwd,
    env: request.env,
    stdio: ['ignore', log, log],
    detached: true,
  })
  closeSync(log)
  child.once('error', (error: NodeJS.ErrnoException) => {
    if (child.pid === undefined) reply({ op: 'refused', id, code: error.code ?? '', message: error.message })
  })
  if (child.pid === undefined) return
  children.set(id, child)
  child.once('exit', (code, signal) => {
    children.delete(id)
    reply({ op: 'exited', id, code, signal })
    if (ending && children.size === 0) finish()
  })
  reply({ op: 'started', id, pid: child.pid })
}

function signalGroup(child: ChildProcess, signal: NodeJS.Signals): void {
  if (child.pid === undefined) return
  try {
    process.kill(-child.pid, signal)
  } catch {
    // The group has ended already.
  }
}

function finish(): never {
  for (const path of removals) {
    try {
      rmSync(path, { recursive: true, force: true, maxRetries: 3 })
    } catch {
      // Nobody is left to be told. The remaining paths are removed all the same.
    }
  }
  process.exit(0)
}

function end(): void {
  if (ending) return
  ending = true
  if (children.size === 0) finish()
  for (const child of children.values()) signalGroup(child, 'SIGKILL')
}

function handle(request: SupervisorRequest): void {
  switch (request.op) {
    case 'start':
      return start(request)
    case 'signal': {
      const child = children.get(request.id)
      if (child) signalGroup(child, request.signal)
      return
    }
    case 'removeAtEnd':
      removals.add(request.path)
      return
    default:
      request satisfies never
  }
}

process.on('message', message => {
  const request = message as SupervisorRequest
  try {
    handle(request)
  } catch (error) {
    const { code = '', message: text } = error as NodeJS.ErrnoException
    if (request.op === 'start') reply({ op: 'refused', id: request.id, code, message: text })
  }
})
process.on('disconnect', end)
for (const signal of ['SIGTERM', 'SIGINT', 'SIGHUP'] as const) process.on(signal, end)
