import { linkedAbort, unlessAborted } from '../../../core/abort.ts'
import type { Clock } from '../../../core/clock.ts'
import { ClickHouseError, fromNetwork, fromServer, networkCode, type StatementContext } from '../../errors.ts'
import type { AgentOptions } from '../agent.ts'
import { ServerRefusal } from '../refusal.ts'
import { findOut, type Finding, type Suspicion } from './find-out.ts'

/** In characters, of an answer. */
const longestText = 2_048

export interface ExplainerOptions extends AgentOptions {
  readonly clock: Clock
}

/** How long a look may take, in milliseconds. Whoever answers at a wrong address answers at once, or hardly ever. */
const lookMs = 5_000

/** Turns failures at one address into errors with our words. It remembers what it takes to tell them apart. */
export class Explainer {
  readonly #options: ExplainerOptions
  readonly #looks = new Map<string | undefined, Promise<Finding | undefined>>()
  readonly #closed = new AbortController()
  #hasAnswered = false

  constructor(options: ExplainerOptions) {
    this.#options = options
  }

  /** Takes note that it was ClickHouse that answered. */
  answered(): void {
    this.#hasAnswered = true
  }

  /** It looks at the address where that may tell more, but waits no longer than `signal` lets it. Never throws. */
  async explain(error: unknown, context: StatementContext, signal: AbortSignal): Promise<ClickHouseError> {
    if (error instanceof ClickHouseError) return error
    if (error instanceof ServerRefusal) {
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
    const finding = await found(this.#look(suspicion), signal)
    if (finding === undefined) return failure
    const { uncertain } = failure
    return new ClickHouseError(finding.code, `${context.host}${finding.words}`, { uncertain })
  }

  /** Ends all looks. */
  close(): void {
    this.#closed.abort()
  }

  /**
   * One look serves all statements that failed alike while it went on: there may be hundreds. So it is nobody's own: it
   * goes on when the one gives up for which it was begun.
   */
  #look(suspicion: Suspicion): Promise<Finding | undefined> {
    const { code } = suspicion
    const known = this.#looks.get(code)
    if (known !== undefined) return known
    const { own, unlink } = linkedAbort(this.#closed.signal)
    const cancel = this.#options.clock.after(lookMs, () => own.abort())
    const look = findOut(suspicion, this.#options, own.signal)
      // What was cut short may have learnt half of it.
      .then(finding => (own.signal.aborted ? undefined : finding))
      .finally(() => {
        cancel()
        unlink()
        this.#looks.delete(code)
      })
    this.#looks.set(code, look)
    return look
  }
}

/** Undefined if the look learns nothing for as long as `signal` lets one wait. */
async function found(look: Promise<Finding | undefined>, signal: AbortSignal): Promise<Finding | undefined> {
  try {
    return await unlessAborted(look, signal)
  } catch {
    return undefined
  }
}
