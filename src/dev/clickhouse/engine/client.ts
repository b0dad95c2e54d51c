import { once } from 'node:events'
import type { EngineAnswer, EngineFacts, EngineQuestion, EngineReply } from './messages.ts'
import type { EngineQuery, EngineResult } from './engine.ts'
import { startEngineProgram, type EngineProgram } from './program.ts'
import { ServerError } from '../sql/server-error.ts'

export interface EngineClientOptions {
  readonly directory: string
  /** Called when the engine's process ends by itself. */
  readonly onCrash: () => void
}

/** Each opening leaves 5 MB behind in the engine's process (measured). After so many, a new process takes over. */
const opensPerProcess = 60

/** The engine in a process of its own. `open` may replace the process; callers do not notice. */
export class EngineClient {
  readonly #options: EngineClientOptions
  readonly #waiting = new Map<
    number,
    { resolve: (reply: EngineReply) => void; reject: (error: Error) => void }
  >()
  #program: EngineProgram | undefined
  #opens = 0
  #lastId = 0
  #facts: EngineFacts = { version: 'unknown', settingNames: new Set(), hasTemporaryViews: true }

  constructor(options: EngineClientOptions) {
    this.#options = options
  }

  get facts(): EngineFacts {
    return this.#facts
  }

  /** Opens the engine with these users; no query may be running. */
  async open(usersXml: string): Promise<void> {
    if (this.#opens >= opensPerProcess) await this.#end()
    this.#program ??= this.#start()
    this.#opens += 1
    this.#facts = (await this.#ask({
      type: 'open',
      directory: this.#options.directory,
      usersXml,
    })) as EngineFacts
  }

  /** @throws ServerError as the engine puts it. */
  async run(query: EngineQuery): Promise<EngineResult> {
    return (await this.#ask({ type: 'run', query })) as EngineResult
  }

  /** Runs a query as the administrator. @returns its first column */
  async ask(sql: string, parameters: Readonly<Record<string, string>> = {}): Promise<readonly string[]> {
    return (await this.#ask({ type: 'ask', sql, parameters })) as readonly string[]
  }

  async close(): Promise<void> {
    if (this.#program === undefined) return
    await this.#ask({ type: 'close' })
    await this.#end()
  }

  async #end(): Promise<void> {
    const program = this.#program
    if (program === undefined) return
    this.#program = undefined
    this.#opens = 0
    const exited = once(program.child, 'exit')
    program.child.disconnect()
    await exited
  }

  #start(): EngineProgram {
    const program = startEngineProgram()
    program.onAnswer(answer => this.#hear(answer))
    program.child.once('exit', () => {
      if (this.#program !== program) return
      const lost = new ServerError(210, 'NETWORK_ERROR', 'The engine ended unexpectedly')
      for (const { reject } of this.#waiting.values()) reject(lost)
      this.#options.onCrash()
    })
    return program
  }

  async #ask(question: EngineQuestion): Promise<EngineReply> {
    const program = this.#program
    if (program === undefined) throw new ServerError(210, 'NETWORK_ERROR', 'The engine is not running')
    this.#lastId += 1
    const id = this.#lastId
    return await new Promise((resolve, reject) => {
      this.#waiting.set(id, { resolve, reject })
      program.send(id, question)
    })
  }

  #hear(answer: EngineAnswer): void {
    const waiting = this.#waiting.get(answer.id)
    this.#waiting.delete(answer.id)
    if ('reply' in answer) return waiting?.resolve(answer.reply)
    const { code, symbol, message } = answer.failure
    waiting?.reject(new ServerError(code, symbol, message))
  }
}
