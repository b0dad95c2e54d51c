import { mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { sleep, systemClock } from '../../../core/clock.ts'
import type { EngineAnswer, EngineQuestion, EngineReply } from './messages.ts'
import { Engine } from './engine.ts'
import { toServerError } from '../sql/server-error.ts'

/** This process holds nothing but the engine: an engine grows with each opening, and its process can be replaced. */
let engine: Engine | undefined

async function answer(question: EngineQuestion): Promise<EngineReply> {
  if (question.type === 'open') {
    if (engine === undefined) await takeOver(question.directory)
    engine ??= new Engine(question.directory)
    await engine.open(question.usersXml)
    return { version: engine.version, settingNames: engine.settingNames, hasTemporaryViews: true }
  }
  if (engine === undefined) throw new Error('The engine is not open')
  if (question.type === 'run') return await engine.run(question.query)
  if (question.type === 'ask') return engine.ask(question.sql, question.parameters)
  await engine.close()
  return undefined
}

const takeOverMs = 10_000
const lookAgainMs = 10

/** Waits until the process that had the directory before has ended. Killed with its parent, it may take a moment. */
async function takeOver(directory: string): Promise<void> {
  const path = join(directory, 'engine.pid')
  const deadline = systemClock.monotonic() + takeOverMs
  while (isRunning(previousPid(path)) && systemClock.monotonic() < deadline)
    await sleep(systemClock, lookAgainMs, new AbortController().signal)
  mkdirSync(directory, { recursive: true })
  writeFileSync(path, String(process.pid))
}

function previousPid(path: string): number {
  try {
    return Number(readFileSync(path, 'utf8'))
  } catch {
    return 0
  }
}

function isRunning(pid: number): boolean {
  try {
    return pid > 0 && pid !== process.pid && process.kill(pid, 0)
  } catch {
    return false
  }
}

process.on('message', ({ id, question }: { id: number; question: EngineQuestion }) => {
  const send = (message: EngineAnswer): void => void process.send?.(message)
  answer(question).then(
    reply => send({ id, reply }),
    (error: unknown) => {
      const { code, symbol, message } = toServerError(error)
      send({ id, failure: { code, symbol, message } })
    },
  )
})
// Killed, not closed: closing the engine can hang on a query that still runs. Nothing is lost, since every
// statement that was answered is in the files.
process.on('disconnect', () => process.kill(process.pid, 'SIGKILL'))
process.on('SIGINT', () => undefined)
