import { ClickHouseError as ServerError } from '@clickhouse/client'
import { ClickHouseError, fromNetwork, fromServer, networkCode, type StatementContext } from '../errors.ts'
import type { AgentOptions } from './agent.ts'
import { findOut, type Finding, type Suspicion } from './find-out.ts'

/** In characters, of an answer. */
const longestText = 2_048

/** Turns failures at one address into errors with our words. It remembers what it takes to tell them apart. */
export class Explainer {
  readonly #address: AgentOptions
  readonly #looks = new Map<string | undefined, Promise<Finding | undefined>>()
  #hasAnswered = false

  constructor(address: AgentOptions) {
    this.#address = address
  }

  /** Takes note that it was ClickHouse that answered. */
  answered(): void {
    this.#hasAnswered = true
  }

  /** It may look at the address for as long as `signal` lets it. Never throws. */
  async explain(error: unknown, context: StatementContext, signal: AbortSignal): Promise<ClickHouseError> {
    if (error instanceof ClickHouseError) return error
    if (error instanceof ServerError) {
      this.answered()
      return fromServer(Number(error.code), error.type, context)
    }
    const failure = fromNetwork(error, context)
    const suspicion = {
      code: networkCode(error),
      isTls: failure.code === 'tlsFailed',
      text: error instanceof Error ? error.message.slice(0, longestText) : '',
      hasAnswered: this.#hasAnswered,
    }
    const finding = await this.#look(suspicion, signal)
    if (finding === undefined) return failure
    const { uncertain } = failure
    return new ClickHouseError(finding.code, `${context.host}${finding.words}`, { uncertain })
  }

  /** One look serves all statements that failed alike while it went on: there may be hundreds. */
  #look(suspicion: Suspicion, signal: AbortSignal): Promise<Finding | undefined> {
    const { code } = suspicion
    const known = this.#looks.get(code)
    if (known !== undefined) return known
    const look = findOut(suspicion, this.#address, signal).finally(() => this.#looks.delete(code))
    this.#looks.set(code, look)
    return look
  }
}
