import { ClickHouseError as ServerError } from '@clickhouse/client'
import { ClickHouseError, fromNetwork, fromServer, networkCode, type StatementContext } from '../errors.ts'
import type { AgentOptions } from './agent.ts'
import { findOut, type Finding } from './find-out.ts'

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
    const finding = await this.#look(networkCode(error), failure, signal)
    if (finding === undefined) return failure
    const { uncertain } = failure
    return new ClickHouseError(finding.code, `${context.host}${finding.words}`, { uncertain })
  }

  /** One look serves all statements that failed alike while it went on: there may be hundreds. */
  #look(
    code: string | undefined,
    failure: ClickHouseError,
    signal: AbortSignal,
  ): Promise<Finding | undefined> {
    const known = this.#looks.get(code)
    if (known !== undefined) return known
    const suspicion = { code, isTls: failure.code === 'tlsFailed', hasAnswered: this.#hasAnswered }
    const look = findOut(suspicion, this.#address, signal).finally(() => this.#looks.delete(code))
    this.#looks.set(code, look)
    return look
  }
}
