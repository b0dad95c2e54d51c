import { neverAborts, onAbort } from '../../core/abort.ts'
import { sleep, type Clock } from '../../core/clock.ts'
import { codeOf } from '../../core/errors.ts'
import type { Random } from '../../core/random.ts'
import type { Logger } from '../../telemetry/log.ts'
import {
  afterAnswer,
  afterSilence,
  beginElection,
  endOf,
  leadsForMs,
  nextRequest,
  type Election,
  type ElectionAnswer,
  type ElectionRequest,
} from './election.ts'
import { LeadLost } from './lead-lost.ts'
import { releasedRecord } from './lease.ts'
import type { LeasePort } from './lease-port.ts'
import type { Leadership } from './leadership.ts'
import { mostJitter, type ElectionRules } from './rules.ts'

export interface LeaseElectionOptions {
  readonly port: LeasePort
  readonly rules: ElectionRules
  readonly clock: Clock
  readonly random: Random
  readonly log: Logger
  /** Called once, when this process begins to lead. */
  readonly onLead?: () => void
}

/** Asks for the lead, keeps it, and says at once when it is gone. It leads at most once. */
export class LeaseElection implements Leadership {
  readonly #options: LeaseElectionOptions
  readonly #lead = new AbortController()
  readonly #ending = new AbortController()
  readonly #led = Promise.withResolvers<AbortSignal>()
  #election: Election
  #running: Promise<void> | undefined
  #cancelEnd: () => void = () => undefined
  #holder = ''
  #trouble: string | undefined
  #hasLed = false

  constructor(options: LeaseElectionOptions) {
    this.#options = options
    this.#election = beginElection(options.clock.monotonic())
    // Whoever waits for the lead is told; nobody else need be.
    this.#led.promise.catch(() => undefined)
  }

  acquire(signal: AbortSignal): Promise<AbortSignal> {
    onAbort(signal, () => {
      this.#ending.abort()
      this.#led.reject(signal.reason)
    })
    this.#running ??= this.#run(this.#ending.signal)
    return this.#led.promise
  }

  remainingMs(): number {
    return leadsForMs(this.#election, this.#options.clock.monotonic(), this.#options.rules)
  }

  /** True when it has led, and goes on though it no longer may: something in this process hangs. */
  get hasOverstayed(): boolean {
    return this.#lead.signal.aborted
  }

  async release(): Promise<void> {
    this.#ending.abort()
    await this.#running
    this.#cancelEnd()
    await this.#giveBack()
    this.#election = { ...this.#election, hold: undefined }
  }

  async #run(signal: AbortSignal): Promise<void> {
    const { clock, log, port } = this.#options
    log.info({ lease: port.name, identity: this.#options.rules.identity }, 'asking for the lead')
    while (!signal.aborted && this.#election.lost === undefined) {
      await sleep(clock, this.#election.nextAt - clock.monotonic(), signal).catch(() => undefined)
      if (signal.aborted) return
      await this.#attempt(signal)
      this.#takeStock()
    }
  }

  /** One request, and what follows from its answer. */
  async #attempt(signal: AbortSignal): Promise<void> {
    const { clock, rules, random } = this.#options
    this.#election = afterSilence(this.#election, clock.monotonic(), rules)
    if (this.#election.lost !== undefined) return
    const request = nextRequest(this.#election, clock.now(), rules)
    const sentAt = clock.monotonic()
    const answer = await this.#ask(request, signal)
    const pauseMs = rules.retryMs * (1 + (mostJitter - 1) * random())
    const moment = { now: clock.monotonic(), pauseMs }
    this.#election = afterAnswer(this.#election, { request, sentAt, answer }, moment, rules)
  }

  async #ask(request: ElectionRequest, signal: AbortSignal): Promise<ElectionAnswer> {
    const { port, log } = this.#options
    try {
      const answer = await send(port, request, signal)
      this.#trouble = undefined
      return answer
    } catch (error) {
      const fields = { lease: port.name, request: request.kind, err: error }
      const code = codeOf(error)
      if (signal.aborted || code === this.#trouble) log.debug(fields, 'the lease cannot be asked for')
      else log.warn(fields, 'the lease cannot be asked for')
      this.#trouble = code
      return { kind: 'failed' }
    }
  }

  /** Begins to lead, or ends it, and says so. */
  #takeStock(): void {
    const { clock, rules, log, port, onLead } = this.#options
    const { hold, lost, seen } = this.#election
    this.#cancelEnd()
    if (lost !== undefined) return this.#end(lost)
    const holder = seen?.lease?.record.holder ?? ''
    if (hold === undefined && holder !== '' && holder !== this.#holder)
      log.info({ lease: port.name, holder }, 'standing by')
    this.#holder = holder
    const now = clock.monotonic()
    if (hold === undefined || now < hold.leadsFrom) return
    this.#cancelEnd = clock.after(endOf(hold, rules) - now, () => this.#onSilence())
    if (this.#hasLed) return
    this.#hasLed = true
    log.info({ lease: port.name, transitions: hold.record.transitions }, 'leading')
    this.#led.resolve(this.#lead.signal)
    onLead?.()
  }

  /** Also while a renewal is still under way. */
  #onSilence(): void {
    const { clock, rules } = this.#options
    this.#election = afterSilence(this.#election, clock.monotonic(), rules)
    if (this.#election.lost !== undefined) this.#end(this.#election.lost)
  }

  #end(why: string): void {
    if (this.#lead.signal.aborted) return
    const lost = new LeadLost(why)
    this.#lead.abort(lost)
    // It may be over before it was ever taken up: the process stood still.
    this.#led.reject(lost)
    this.#ending.abort()
  }

  /**
   * Best effort: without it, the others wait until the lease has run out. Asks before each write whether it still leads,
   * as its end may have passed unnoticed: the process stood still.
   */
  async #giveBack(): Promise<void> {
    const { port, log, clock } = this.#options
    try {
      for (let attempt = 1; attempt <= 2; attempt++) {
        const lease = attempt === 1 ? this.#election.seen?.lease : await this.#ownLease()
        if (lease === undefined || this.remainingMs() <= 0) return
        const { kind } = await port.replace(lease, releasedRecord(lease.record, clock.now()), neverAborts)
        if (kind === 'written') return log.info({ lease: port.name }, 'the lead was given up')
      }
    } catch (error) {
      log.warn(
        { lease: port.name, err: error },
        'the lead could not be given up; the next one waits for its end',
      )
    }
  }

  async #ownLease() {
    const { port, rules } = this.#options
    const answer = await port.read(neverAborts)
    return answer.kind === 'found' && answer.lease.record.holder === rules.identity ? answer.lease : undefined
  }
}

function send(port: LeasePort, request: ElectionRequest, signal: AbortSignal): Promise<ElectionAnswer> {
  switch (request.kind) {
    case 'read':
      return port.read(signal)
    case 'create':
      return port.create(request.record, signal)
    case 'replace':
      return port.replace(request.over, request.record, signal)
    default:
      return request satisfies never
  }
}
