import { spawn } from 'node:child_process'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { text } from 'node:stream/consumers'
import { fileURLToPath } from 'node:url'

export interface KstatusVerdict {
  readonly status: 'Current' | 'InProgress' | 'Failed' | 'Terminating' | 'NotFound' | 'Unknown'
  readonly message: string
}

const module = fileURLToPath(new URL('../kstatus', import.meta.url))

export interface Kstatus {
  /** What it says of objects, in their order. */
  judge(objects: readonly object[]): Promise<readonly KstatusVerdict[]>
  close(): Promise<void>
}

/** kstatus's own Go code. Go builds it, on first use in half a minute, and keeps what it has built in its own cache. */
export async function buildKstatus(): Promise<Kstatus> {
  const directory = await mkdtemp(join(tmpdir(), 'lenskeeper-kstatus-'))
  const program = join(directory, 'kstatus')
  await run('go', ['build', '-mod=readonly', '-o', program, '.'], '')
  return {
    async judge(objects) {
      const output = await run(program, [], objects.map(object => `${JSON.stringify(object)}\n`).join(''))
      const lines = output.split('\n').filter(line => line !== '')
      return lines.map(line => JSON.parse(line) as KstatusVerdict)
    },
    close: () => rm(directory, { recursive: true, force: true }),
  }
}

async function run(program: string, args: readonly string[], input: string): Promise<string> {
  const child = spawn(program, args, { cwd: module })
  const exited = new Promise<number | null>((resolve, reject) => {
    child.once('error', reject)
    child.once('close', resolve)
  })
  child.stdin.on('error', () => undefined)
  child.stdin.end(input)
  const [code, output, complaint] = await Promise.all([exited, text(child.stdout), text(child.stderr)])
  if (code === 0) return output
  throw new Error(`${program} ${args.join(' ')}: ${complaint.trim() || `exit code ${code}`}`)
}
