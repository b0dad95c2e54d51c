import { createServer, type Server } from 'node:http'
import { afterEach, expect, test } from 'vitest'
import { OperatorProcess } from '../../src/dev/operator-process.ts'
import {
  ProcessError,
  type Exit,
  type ProcessOptions,
  type SupervisedProcess,
} from '../../src/dev/process.ts'
import { eventually } from '../time/eventually.ts'

/** Listens where the operator was told to, and is ready at once. */
class StandIn implements SupervisedProcess {
  readonly pid = 1
  readonly logFile: string
  readonly address: string
  exit: Exit | undefined
  readonly #server: Server
  readonly #ended = Promise.withResolvers<Exit>()
  readonly exited = this.#ended.promise

  constructor({ args, logFile }: ProcessOptions) {
    this.logFile = logFile
    this.address = args[args.indexOf('--listen') + 1] ?? ''
    const [host, port] = this.address.split(':')
    this.#server = createServer((_request, response) => void response.end('ok')).listen(Number(port), host)
  }

  signal(name: NodeJS.Signals): void {
    this.exit ??= { code: null, signal: name }
    this.#server.closeAllConnections()
    this.#server.close()
    this.#ended.resolve(this.exit)
  }

  stop(): Promise<Exit> {
    this.signal('SIGTERM')
    return this.exited
  }
}

let operator: OperatorProcess

afterEach(() => operator.stop())

test('an operator that ended is started again, also where that fails at first, and said to be, with its new address', async () => {
  const started: StandIn[] = []
  const said: string[] = []
  let refusals = 0
  const run = (options: ProcessOptions): Promise<SupervisedProcess> => {
    if (started.length === 1 && refusals++ === 0)
      return Promise.reject(new ProcessError('startFailed', 'spawn EAGAIN'))
    const process = new StandIn(options)
    started.push(process)
    return Promise.resolve(process)
  }
  operator = new OperatorProcess({
    supervisor: { run },
    kubeconfig: 'kubeconfig',
    logFile: '/no/such/operator.log',
    args: [],
    onRestart: line => said.push(line),
  })
  await operator.start(new AbortController().signal)
  started[0]?.signal('SIGKILL')
  await eventually(() => said.length === 3, { what: 'word of the new start' })
  expect(said).toEqual([
    'the operator ended (SIGKILL); the last line of /no/such/operator.log: nothing; starting it again',
    'the operator could not be started (spawn EAGAIN); trying again',
    `started again: http://${started[1]?.address}/metrics (log: /no/such/operator.log)`,
  ])
  expect(operator.url).toBe(`http://${started[1]?.address}`)
})
