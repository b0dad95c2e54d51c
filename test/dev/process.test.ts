import { fork } from 'node:child_process'
import { once } from 'node:events'
import { existsSync, readFileSync } from 'node:fs'
import { mkdtemp, readFile, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { Supervisor } from '../../src/dev/process.ts'
import { eventually } from '../time/eventually.ts'
import { isRunning } from '../cluster/running-process.ts'

const forever = ['-e', 'setInterval(() => {}, 1000)']
const deafToSigterm = [
  '-e',
  'process.on("SIGTERM", () => console.log("no")); console.log("up"); setInterval(() => {}, 1000)',
]

let directory: string
let supervisor: Supervisor

beforeEach(async () => {
  directory = await mkdtemp(join(tmpdir(), 'lenskeeper-process-'))
  supervisor = new Supervisor()
})

afterEach(async () => {
  await supervisor.close()
  await rm(directory, { recursive: true })
})

function run(args: readonly string[]): ReturnType<Supervisor['run']> {
  return supervisor.run({ command: process.execPath, args, logFile: join(directory, 'log') })
}

describe('a supervised process', () => {
  it('reports its exit code and writes its output to the log file', async () => {
    const one = await run(['-e', 'console.log("out"); console.error("err"); process.exitCode = 7'])
    expect(await one.exited).toEqual({ code: 7, signal: null })
    expect(one.exit).toEqual({ code: 7, signal: null })
    expect(await readFile(one.logFile, 'utf8')).toBe('out\nerr\n')
  })

  it('ends on SIGTERM', async () => {
    const one = await run(forever)
    expect(await one.stop()).toEqual({ code: null, signal: 'SIGTERM' })
    expect(isRunning(one.pid)).toBe(false)
  })

  it('is killed when SIGTERM does not end it', async () => {
    const one = await run(deafToSigterm)
    await eventually(() => readFileSync(one.logFile, 'utf8').includes('up'), {
      what: 'the handler is in place',
    })
    expect(await one.stop({ graceMs: 100 })).toEqual({ code: null, signal: 'SIGKILL' })
  })

  it('can be stopped again after its end', async () => {
    const one = await run(['-e', ''])
    await one.exited
    expect(await one.stop()).toEqual({ code: 0, signal: null })
  })

  it('is refused with a code when there is no such program', async () => {
    const missing = supervisor.run({
      command: 'lenskeeper-no-such-program',
      args: [],
      logFile: join(directory, 'log'),
    })
    await expect(missing).rejects.toMatchObject({ code: 'commandMissing' })
  })

  it('is refused with a code when its log cannot be written', async () => {
    const logFile = join(directory, 'missing', 'log')
    await expect(supervisor.run({ command: process.execPath, args: [], logFile })).rejects.toMatchObject({
      message: expect.stringContaining('missing') as string,
    })
  })

  it('ends when its supervisor is closed, and nothing more can be started', async () => {
    const one = await run(forever)
    await supervisor.close()
    expect(isRunning(one.pid)).toBe(false)
    await expect(run(forever)).rejects.toMatchObject({ code: 'supervisorLost' })
  })
})

describe.each(['SIGKILL', 'SIGTERM', 'SIGINT'] as const)('when the parent is ended by %s', signal => {
  it('leaves no process and no temporary folder', async () => {
    const program = fileURLToPath(new URL('./fixtures/supervised-parent.ts', import.meta.url))
    const parent = fork(program, [directory], { execArgv: [] })
    const [{ pid }] = (await once(parent, 'message')) as [{ pid: number }]
    const grandchild = await eventually(
      () => Number(readFileSync(join(directory, 'grandchild'), 'utf8')) || undefined,
    )
    expect([pid, grandchild].map(isRunning)).toEqual([true, true])

    parent.kill(signal)
    await once(parent, 'exit')
    await eventually(() => !isRunning(pid) && !isRunning(grandchild), {
      what: 'child and grandchild are gone',
    })
    await eventually(() => !existsSync(join(directory, 'removed-at-end')), { what: 'the folder is gone' })
  })
})

describe.runIf(process.platform === 'linux')('when the watching process is killed', () => {
  it('leaves no process behind either', async () => {
    const one = await run(forever)
    const watcher = Number(readFileSync(`/proc/${one.pid}/stat`, 'utf8').split(') ')[1]?.split(' ')[1])
    process.kill(watcher, 'SIGKILL')
    expect(await one.exited).toEqual({ code: null, signal: 'SIGKILL' })
    await eventually(() => !isRunning(one.pid), { what: 'the child is gone' })
  })
})
