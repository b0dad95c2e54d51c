import { spawn } from 'node:child_process'
import { text } from 'node:stream/consumers'
import { goTool } from '../delivery/go-tool.ts'

export interface KstatusVerdict {
  readonly status: 'Current' | 'InProgress' | 'Failed' | 'Terminating' | 'NotFound' | 'Unknown'
  readonly message: string
}

export interface Kstatus {
  /** What it says of objects, in their order. */
  judge(objects: readonly object[]): Promise<readonly KstatusVerdict[]>
}

/** kstatus's own Go code. Go builds it on first use, in half a minute. */
export async function buildKstatus(): Promise<Kstatus> {
  const program = await goTool('kstatus')
  return {
    async judge(objects) {
      const output = await run(program, objects.map(object => `${JSON.stringify(object)}\n`).join(''))
      const lines = output.split('\n').filter(line => line !== '')
      return lines.map(line => JSON.parse(line) as KstatusVerdict)
    },
  }
}

async function run(program: string, input: string): Promise<string> {
  const child = spawn(program)
  const exited = new Promise<number | null>((resolve, reject) => {
    child.once('error', reject)
    child.once('close', resolve)
  })
  child.stdin.on('error', () => undefined)
  child.stdin.end(input)
  const [code, output, complaint] = await Promise.all([exited, text(child.stdout), text(child.stderr)])
  if (code === 0) return output
  throw new Error(`kstatus: ${complaint.trim() || `exit code ${code}`}`)
}
