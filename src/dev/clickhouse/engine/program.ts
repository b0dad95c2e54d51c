/** The process that holds an engine. It holds nothing else, so that it can be replaced. */
import { type ChildProcess, fork, spawn } from 'node:child_process'
import { answerFromJson, questionAsJson, type JsonAnswer } from './json-form.ts'
import type { EngineAnswer, EngineQuestion } from './messages.ts'

export interface EngineProgram {
  readonly child: ChildProcess
  send(id: number, question: EngineQuestion): void
  onAnswer(hear: (answer: EngineAnswer) => void): void
}

const poolSize = '12'

/**
 * Starts npm's chdb; or, named by CLICKHOUSE_ENGINE, a program with the engine of another release, which answers the
 * same questions in JSON (`json-form.ts`) over Node's channel.
 */
export function startEngineProgram(
  env: Readonly<Record<string, string | undefined>> = process.env,
): EngineProgram {
  return env['CLICKHOUSE_ENGINE'] ? startOther(env['CLICKHOUSE_ENGINE']) : startOwn()
}

function startOwn(): EngineProgram {
  const child = fork(new URL('engine-process.ts', import.meta.url), [], {
    execArgv: [],
    serialization: 'advanced',
    env: { ...process.env, UV_THREADPOOL_SIZE: poolSize },
    stdio: ['ignore', 'ignore', 'inherit', 'ipc'],
  })
  return {
    child,
    send: (id, question) => void child.send({ id, question }),
    onAnswer: hear => void child.on('message', hear),
  }
}

function startOther(program: string): EngineProgram {
  const child = spawn(program, [], {
    serialization: 'json',
    stdio: ['ignore', 'ignore', 'inherit', 'ipc'],
  })
  return {
    child,
    send: (id, question) => void child.send({ id, question: questionAsJson(question) }),
    onAnswer: hear => void child.on('message', (answer: JsonAnswer) => hear(answerFromJson(answer))),
  }
}
