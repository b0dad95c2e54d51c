import { fork, type ChildProcess } from 'node:child_process'
import { fileURLToPath } from 'node:url'
import { systemClock, type Clock } from '../core/clock.ts'
import { CodedError } from '../core/errors.ts'
import type { SupervisorReply, SupervisorRequest } from './process-supervisor.ts'

/** `commandMissing`: no such program. `supervisorLost`: somebody ended the watching process. */
export type ProcessErrorCode = 'commandMissing' | 'startFailed' | 'supervisorLost'

export class ProcessError extends CodedError<ProcessErrorCode> {}

/** How a process ended: exactly one of the two is set. */
export interface Exit {
  readonly code: number | null
  readonly signal: string | null
}

export interface ProcessOptions {
  readonly command: string
  readonly args: readonly string[]
  readonly cwd?: string
  /** All environment variables of the process. Default: those of this one. */
  readonly env?: Readonly<Record<string, string | undefined>>
  /** Standard output and error are appended to this file; nothing of them is shown. */
  readonly logFile: string
}

export interface SupervisedProcess {
  readonly pid: number
  readonly logFile: string
  /** Resolves when the process has ended; never rejects. */
  readonly exited: Promise<Exit>
  /** How it ended, once it has. */
  readonly exit: Exit | undefined
  /** Sends a signal to the process and whatever it started. Does nothing when it has ended. */
  signal(name: NodeJS.Signals): void
  /** SIGTERM, then SIGKILL after `graceMs` (default 5,000). Resolves when the process is gone. */
  stop(options?: { readonly graceMs?: number }): Promise<Exit>
}

interface Entry {
  pid?: number
  exit?: Exit
  readonly logFile: string
  readonly started: PromiseWithResolvers<void>
  readonly exited: PromiseWithResolvers<Exit>
}

/**
 * Runs programs that end with this process, however it ends: normally, by a signal, by a crash or by SIGKILL.
 *
 * It forks one small process, the watcher, which is the parent of every program and kills them all when the channel
 * to this process closes. If somebody kills the watcher, this process kills the programs.
 * A running supervisor keeps this process alive until `close()`.
 */
export class Supervisor {
  readonly #watcher: ChildProcess
  readonly #clock: Clock
  readonly #entries = new Map<number, Entry>()
  readonly #gone = Promise.withResolvers<void>()
  #nextId = 1
  #lost = false

  constructor(options: { readonly clock?: Clock } = {}) {
    this.#clock = options.clock ?? systemClock
    this.#watcher = fork(fileURLToPath(new URL('./process-supervisor.ts', import.meta.url)), [], {
      detached: true,
      execArgv: [],
      env: { ...process.env, NODE_OPTIONS: undefined },
      stdio: ['ignore', 'ignore', 'inherit', 'ipc'],
    })
    this.#watcher.on('message', message => this.#receive(message as SupervisorReply))
    this.#watcher.once('disconnect', () => this.#loseAll())
    this.#watcher.once('error', () => this.#loseAll())
    this.#watcher.once('exit', () => {
      this.#loseAll()
      this.#gone.resolve()
    })
  }

  /**
   * Resolves once the program is running.
   * @throws {ProcessError} `commandMissing`, `startFailed`, `supervisorLost`
   */
  async run(options: ProcessOptions): Promise<SupervisedProcess> {
    if (this.#lost) throw lostError()
    const id = this.#nextId++
    const entry: Entry = {
      logFile: options.logFile,
      started: Promise.withResolvers(),
      exited: Promise.withResolvers(),
    }
    this.#entries.set(id, entry)
    const { command, args, cwd, env = process.env, logFile } = options
    this.#send({ op: 'start', id, command, args, cwd, env: { ...env }, logFile })
    await entry.started.promise
    return this.#handle(id, entry)
  }

  /** Removes a file or folder after the last process has ended, however it ended. */
  removeAtEnd(path: string): void {
    this.#send({ op: 'removeAtEnd', path })
  }

  /** Kills what still runs and removes what `removeAtEnd` was told. Resolves when nothing is left. */
  async close(): Promise<void> {
    if (this.#watcher.connected) this.#watcher.disconnect()
    await this.#gone.promise
  }

  #handle(id: number, entry: Entry): SupervisedProcess {
    const signal = (name: NodeJS.Signals): void => {
      if (!entry.exit) this.#send({ op: 'signal', id, signal: name })
    }
    return {
      pid: entry.pid ?? 0,
      logFile: entry.logFile,
      exited: entry.exited.promise,
      get exit() {
        return entry.exit
      },
      signal,
      stop: async ({ graceMs = 5_000 } = {}) => {
        signal('SIGTERM')
        const cancel = this.#clock.after(graceMs, () => signal('SIGKILL'))
        return entry.exited.promise.finally(cancel)
      },
    }
  }

  #send(request: SupervisorRequest): void {
    if (this.#watcher.connected) this.#watcher.send(request, () => undefined)
  }

  #receive(reply: SupervisorReply): void {
    const entry = this.#entries.get(reply.id)
    if (!entry) return
    switch (reply.op) {
      case 'started':
        entry.pid = reply.pid
        return entry.started.resolve()
      case 'refused': {
        this.#entries.delete(reply.id)
        const code = reply.code === 'ENOENT' ? 'commandMissing' : 'startFailed'
        return entry.started.reject(new ProcessError(code, reply.message))
      }
      case 'exited':
        return this.#finish(reply.id, entry, { code: reply.code, signal: reply.signal })
      default:
        reply satisfies never
    }
  }

  #finish(id: number, entry: Entry, exit: Exit): void {
    this.#entries.delete(id)
    entry.exit = exit
    entry.exited.resolve(exit)
  }

  /** Ends the programs from here, since the watcher may have been killed before it could. */
  #loseAll(): void {
    this.#lost = true
    for (const [id, entry] of this.#entries) {
      if (entry.pid === undefined) entry.started.reject(lostError())
      else killGroup(entry.pid)
      this.#finish(id, entry, { code: null, signal: 'SIGKILL' })
    }
  }
}

function killGroup(pid: number): void {
  try {
    process.kill(-pid, 'SIGKILL')
  } catch {
    // Ended already.
  }
}

function lostError(): ProcessError {
  return new ProcessError('supervisorLost', 'the process that watches over child processes has ended')
}
