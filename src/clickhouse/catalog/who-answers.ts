import { ClickHouseError } from '../errors.ts'
import {
  isSettled,
  keptOf,
  noteSighting,
  objectionTo,
  resume,
  type Answering,
  type KnownServers,
  type LookTime,
  type Sighting,
} from './answering.ts'

export interface WhoAnswersOptions {
  /** Of the endpoint, for people. */
  readonly host: string
  /** Which servers were known to answer there. */
  readonly known: KnownServers | undefined
  /** Called when the endpoint is found to be no single server, or to be one again. */
  readonly onChange: () => void
}

/** Remembers which server answers at one endpoint, and says whether it can be worked with. */
export class WhoAnswers {
  readonly #host: string
  readonly #onChange: () => void
  #answering: Answering

  constructor({ host, known, onChange }: WhoAnswersOptions) {
    this.#host = host
    this.#onChange = onChange
    this.#answering = resume(known)
  }

  /** The uuid of the one server that the endpoint stands for. Undefined while that is open, and if it does not tell. */
  get server(): string | undefined {
    return this.#answering.server
  }

  /** What a status has to hold. */
  get known(): KnownServers {
    return keptOf(this.#answering)
  }

  /** Why nothing may be done there, though it answers. */
  get objection(): ClickHouseError | undefined {
    return objectionTo(this.#answering, this.#host)
  }

  /** Whether the next look has to ask besides who answers. */
  get isOpen(): boolean {
    return !isSettled(this.#answering)
  }

  /** @throws ClickHouseError when the endpoint cannot be worked with, whatever was read */
  note(sighting: Sighting, at: LookTime): void {
    const before = this.objection?.code
    this.#answering = noteSighting(this.#answering, sighting, at)
    const { objection } = this
    if (objection?.code !== before) this.#onChange()
    if (objection !== undefined) throw objection
  }

  /** @throws ClickHouseError `otherServer` when it is not the one that was looked at */
  prove(server: string | undefined): void {
    const expected = this.#answering.server
    if (server === undefined || expected === undefined || server === expected) return
    throw new ClickHouseError('otherServer', `${this.#host}: another server answers than before`)
  }
}
