/** A process in the place of a ClickHouse server, for what is to be measured of the operator alone. */
import { fork, type ChildProcess } from 'node:child_process'
import { once } from 'node:events'
import type { ClickHouseUnderBench } from '../clickhouse.ts'
import type { Command, State } from './process.ts'

export interface StandInOptions {
  readonly admin: ClickHouseUnderBench['admin']
  /** How long every statement takes, in milliseconds, besides what the process itself needs. */
  readonly statementMs: number
}

/**
 * Answers the statements that the operator and the ceiling send as a server does: it holds databases with their uuids
 * and comments, users with their passwords, and grants. What it does not know, it refuses. It has no tables and no
 * roles, and takes no longer for the ten-thousandth grant than for the first.
 */
export async function startStandIn({ admin, statementMs }: StandInOptions): Promise<ClickHouseUnderBench> {
  const child = fork(new URL('process.ts', import.meta.url), [], {
    execArgv: [],
    env: { ...process.env, NODE_OPTIONS: '' },
    stdio: ['ignore', 'inherit', 'inherit', 'ipc'],
  })
  const { port } = await ask(child, { type: 'start', admin, statementMs })
  return {
    endpoints: [`http://127.0.0.1:${port}`],
    admin,
    statistics: async () => ({ total: (await ask(child, { type: 'count' })).statements }),
    pids: () => [child.pid],
    stop: async () => {
      if (child.exitCode !== null || child.signalCode !== null) return
      const ended = once(child, 'exit')
      child.disconnect()
      await ended
    },
  }
}

/** One at a time: an answer does not say to what. */
async function ask(child: ChildProcess, command: Command): Promise<State> {
  const answered = Promise.withResolvers<State>()
  const onExit = (): void => answered.reject(new Error('the stand-in for ClickHouse ended'))
  child.once('message', (state: State) => answered.resolve(state))
  child.once('exit', onExit)
  if (child.connected) child.send(command)
  else onExit()
  try {
    return await answered.promise
  } finally {
    child.off('exit', onExit)
  }
}
