import { spawn, type ChildProcess } from 'node:child_process'
import { onAbort } from '../../../core/abort.ts'
import type { Clock } from '../../../core/clock.ts'

export interface Program {
  readonly command: string
  readonly args: readonly string[]
  readonly env: Readonly<Record<string, string | undefined>>
  /** Whether it may read from the terminal. */
  readonly interactive: boolean
  readonly longestMs: number
  readonly clock: Clock
  /** Hears what it writes to standard error, as it comes. */
  readonly complain: (text: string) => void
}

export type ProgramEnd =
  | {
      readonly kind: 'ended'
      /** `null` if a signal ended it. */
      readonly exitCode: number | null
      readonly output: string
      /** What it wrote to standard error last. */
      readonly complaint: string
    }
  | { readonly kind: 'notFound' | 'tooLong' | 'tooMuch' }
  | { readonly kind: 'notStarted'; readonly code: string }

/** In characters. */
const longestOutput = 1024 * 1024
const longestComplaint = 4096

/**
 * Runs a program to its end and collects what it prints. It is killed when it takes too long or prints too much, and
 * when the signal aborts, whose reason is thrown.
 */
export async function runProgram(program: Program, signal: AbortSignal): Promise<ProgramEnd> {
  signal.throwIfAborted()
  const child = start(program)
  if (typeof child === 'string') return { kind: 'notStarted', code: child }
  let [output, complaint] = ['', '']
  return await new Promise((resolve, reject) => {
    // What it has started may hold the pipes open, so nothing waits for these.
    const giveUp = (): void => {
      child.kill('SIGKILL')
      child.stdout?.destroy()
      child.stderr?.destroy()
    }
    const finish = (end: ProgramEnd | Error): void => {
      cancelTimer()
      unlink()
      giveUp()
      if (end instanceof Error) reject(end)
      else resolve(end)
    }
    const cancelTimer = program.clock.after(program.longestMs, () => finish({ kind: 'tooLong' }))
    const unlink = onAbort(signal, () => finish(signal.reason as Error))
    child.stdout?.setEncoding('utf8').on('data', (text: string) => {
      output += text
      if (output.length > longestOutput) finish({ kind: 'tooMuch' })
    })
    child.stderr?.setEncoding('utf8').on('data', (text: string) => {
      complaint = (complaint + text).slice(-longestComplaint)
      program.complain(text)
    })
    child.on('error', (error: NodeJS.ErrnoException) => {
      const { code = 'unknown' } = error
      finish(code === 'ENOENT' ? { kind: 'notFound' } : { kind: 'notStarted', code })
    })
    child.once('close', exitCode => finish({ kind: 'ended', exitCode, output, complaint }))
  })
}

/** Some failures are thrown, such as that of too many arguments; those of the usual kind are told later. */
function start({ command, args, env, interactive }: Program): ChildProcess | string {
  const stdin = interactive ? 'inherit' : 'ignore'
  try {
    return spawn(command, [...args], { env: { ...env }, stdio: [stdin, 'pipe', 'pipe'] })
  } catch (error) {
    return (error as NodeJS.ErrnoException).code ?? 'unknown'
  }
}
