import { readFile } from 'node:fs/promises'
import { sleep, type Clock } from '../../core/clock.ts'
import type { SupervisedProcess } from '../process.ts'
import { requestApi, type ApiAccess } from './api-request.ts'
import { ControlPlaneError } from './errors.ts'

export interface ReadinessOptions {
  /** All of them have to run meanwhile. */
  readonly processes: readonly SupervisedProcess[]
  readonly deadlineMs: number
  readonly clock: Clock
}

const pollEveryMs = 100

/**
 * Waits until the API server serves, its roles are in place and the namespace `default` exists.
 * @throws {ControlPlaneError} `startFailed` as soon as one of the processes ends; `notReady` at the deadline
 */
export async function untilReady(
  access: () => ApiAccess | undefined,
  options: ReadinessOptions,
  signal: AbortSignal,
): Promise<void> {
  const { processes, deadlineMs, clock } = options
  const deadline = clock.monotonic() + deadlineMs
  for (let last = 'no answer yet'; ; await sleep(clock, pollEveryMs, signal)) {
    const ended = processes.find(({ exit }) => exit)
    if (ended) throw new ControlPlaneError('startFailed', await describeEnd(ended))
    if (clock.monotonic() > deadline) {
      throw new ControlPlaneError('notReady', `the API server was not ready after ${deadlineMs} ms: ${last}`)
    }
    const found = access()
    const problem = found ? await readinessProblem(found) : 'no certificate yet'
    if (problem === undefined) return
    last = problem
  }
}

async function readinessProblem(access: ApiAccess): Promise<string | undefined> {
  try {
    for (const path of ['/readyz', '/api/v1/namespaces/default']) {
      const { status } = await requestApi(access, { method: 'GET', path })
      if (status !== 200) return `${path} answers ${status}`
    }
    return undefined
  } catch (error) {
    return (error as Error).message
  }
}

async function describeEnd({ logFile, exit }: SupervisedProcess): Promise<string> {
  const lastWords = (await readFile(logFile, 'utf8')).trim().split('\n').slice(-10).join('\n')
  return `a program ended (${exit?.signal ?? `code ${exit?.code}`}) before it was ready; ${logFile} ends:\n${lastWords}`
}
