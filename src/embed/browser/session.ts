import { outcomeOf, type Ask } from './ask.ts'
import { initialModel, statusOf, type Effect } from './model.ts'
import type { EmbedStatus } from './status.ts'
import { nextTickAt, step, type Event } from './step.ts'

/** After a sleep that no event tells of, it is noticed after so long: milliseconds. */
const longestTimerMs = 30_000

/** What a session acts on; tests pass virtual ones. */
export interface Ports {
  readonly ask: Ask
  readonly frame: {
    /** Loads a frame, in place of the one before. */
    show(url: string): void
    tell(token: string): void
    empty(): void
  }
  readonly clock: {
    /** Milliseconds; never goes backwards. */
    monotonic(): number
    /** Returns a function that cancels it. */
    after(ms: number, run: () => void): () => void
  }
  readonly random: () => number
}

/** Runs the state machine for one frame: one timer, at most one request. Asks for the first token at once. */
export class Session {
  readonly #ports: Ports
  readonly #onStatus: (status: EmbedStatus) => void
  #model = initialModel
  #status: EmbedStatus | undefined
  #request: AbortController | undefined
  #cancelTimer = (): void => {}
  #closed = false

  /** @param onStatus called when something in it has changed, in a microtask of its own: what it throws stops nothing */
  constructor(ports: Ports, onStatus: (status: EmbedStatus) => void) {
    this.#ports = ports
    this.#onStatus = onStatus
    this.send({ type: 'refresh' })
  }

  send(event: Event): void {
    if (this.#closed) return
    const { clock, random } = this.#ports
    const now = clock.monotonic()
    const { model, effects } = step(this.#model, event, { now, chance: random() })
    this.#model = model
    for (const effect of effects) this.#perform(effect)
    // A page may close the session from within its `getToken`.
    if (this.#closed) return
    this.#cancelTimer()
    const dueInMs = nextTickAt(model) - now
    this.#cancelTimer = Number.isFinite(dueInMs)
      ? clock.after(Math.min(dueInMs, longestTimerMs), () => this.send({ type: 'tick' }))
      : () => {}
    this.#report(statusOf(model))
  }

  /** Ends the request and the timer, and removes the frame. */
  close(): void {
    this.#closed = true
    this.#cancelTimer()
    this.#request?.abort()
    this.#ports.frame.empty()
  }

  #perform(effect: Effect): void {
    const { frame } = this.#ports
    switch (effect.type) {
      case 'ask':
        return this.#ask()
      case 'cancel':
        return this.#request?.abort()
      case 'show':
        return frame.show(effect.url)
      case 'tell':
        return frame.tell(effect.token)
      case 'empty':
        return frame.empty()
      default:
        return effect satisfies never
    }
  }

  #ask(): void {
    const { signal } = (this.#request = new AbortController())
    void outcomeOf(this.#ports.ask, signal).then(outcome => {
      if (!signal.aborted) this.send(outcome)
    })
  }

  #report(status: EmbedStatus): void {
    if (JSON.stringify(status) === JSON.stringify(this.#status)) return
    this.#status = status
    queueMicrotask(() => {
      if (!this.#closed) this.#onStatus(status)
    })
  }
}
