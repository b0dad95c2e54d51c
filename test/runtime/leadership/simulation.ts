/**
 * Several processes that ask one API server for the lead, in virtual time. Requests and answers are delayed, lost and
 * refused; processes stand still, are killed and start again; somebody deletes and edits the Lease.
 */
import type { Random } from '../../../src/core/random.ts'
import {
  afterAnswer,
  afterSilence,
  beginElection,
  leadsForMs,
  nextRequest,
  type Election,
  type ElectionAnswer,
  type ElectionRequest,
} from '../../../src/runtime/leadership/election.ts'
import { releasedRecord, type Lease, type LeaseRecord } from '../../../src/runtime/leadership/lease.ts'
import type { ElectionRules } from '../../../src/runtime/leadership/rules.ts'

export interface Weather {
  /** The longest way of a request or an answer, in milliseconds. */
  readonly slowMs: number
  /** Which part of requests is lost, which part of answers, and which part is refused with an error. */
  readonly lost: number
}

const timeoutMs = 5_000
/** The API server takes no larger number. */
const mostTransitions = 2 ** 31 - 1

interface Process {
  rules: ElectionRules
  election: Election
  /** Its clocks show other times than those of others. */
  readonly monotonicAhead: number
  wallAhead: number
  /** Its wall clock stands at this time. */
  wallStandsAt: number | undefined
  asking: boolean
  standsUntil: number
  leads: boolean
}

interface Event {
  readonly at: number
  readonly run: () => void
}

export class Simulation {
  now = 0
  weather: Weather = { slowMs: 50, lost: 0 }
  lease: Lease | undefined
  /** What the Lease ever said, as a backup may have it. */
  readonly records: LeaseRecord[] = []
  /** What must never be: two that act at one time. */
  readonly faults: string[] = []
  /** Who led, in order. */
  readonly leaders: string[] = []
  readonly processes: Process[]
  readonly #random: Random
  readonly #base: Omit<ElectionRules, 'identity'>
  #events: Event[] = []
  /** Until when something that a process has begun may still go on, also of one that has ended since. */
  readonly #actingUntil = new Map<string, number>()
  #versions = 0
  #born = 0

  constructor(count: number, base: Omit<ElectionRules, 'identity'>, random: Random) {
    this.#random = random
    this.#base = base
    this.processes = Array.from({ length: count }, () => this.#bear())
  }

  get leader(): Process | undefined {
    return this.processes.find(one => this.#leadsFor(one) > 0)
  }

  /** Moves time to the next thing that happens, at most `ms` from now. */
  step(ms = 500): void {
    const end = this.now + ms
    for (const one of this.processes) this.#ask(one)
    const due = Math.min(end, ...this.processes.map(one => this.#dueAt(one)))
    const event = this.#events[0]
    if (event !== undefined && event.at <= due) {
      this.#events.shift()
      this.now = Math.max(this.now, event.at)
      event.run()
    } else {
      this.now = Math.max(this.now, due)
    }
    this.#check()
  }

  runFor(ms: number): void {
    for (const end = this.now + ms; this.now < end; ) this.step()
  }

  /** As SIGSTOP, and SIGCONT later. What comes meanwhile waits. */
  stop(one: Process, ms: number): void {
    one.standsUntil = Math.max(one.standsUntil, this.now + ms)
  }

  kill(one: Process): void {
    this.processes[this.processes.indexOf(one)] = { ...this.#bear(), standsUntil: this.now + 1_000 }
  }

  /** As SIGTERM: all work has ended, then the record is given back, then the process ends. */
  terminate(one: Process): void {
    const { seen } = one.election
    const isBusy = one.asking || one.standsUntil > this.now
    if (isBusy || this.#leadsFor(one) === 0 || seen?.lease === undefined) return this.kill(one)
    this.#actingUntil.delete(one.rules.identity)
    const request = {
      kind: 'replace',
      over: seen.lease,
      record: releasedRecord(seen.lease.record, 0),
    } as const
    this.kill(one)
    this.#after(this.#way(), () => void this.#serve(request))
  }

  edit(change: (record: LeaseRecord) => LeaseRecord): void {
    if (this.lease === undefined) return
    this.#put(this.lease.uid, change(this.lease.record))
  }

  #bear(): Process {
    const identity = `process-${++this.#born}`
    const monotonicAhead = Math.floor(this.#random() * 1e9)
    return {
      rules: { ...this.#base, identity },
      election: beginElection(this.now + monotonicAhead),
      monotonicAhead,
      wallAhead: Math.floor((this.#random() - 0.5) * 7_200_000),
      wallStandsAt: undefined,
      asking: false,
      standsUntil: 0,
      leads: false,
    }
  }

  #ask(one: Process): void {
    if (one.asking || this.#dueAt(one) > this.now) return
    const sentAt = this.now + one.monotonicAhead
    one.election = afterSilence(one.election, sentAt, one.rules)
    if (one.election.lost !== undefined) return this.kill(one)
    const wallMs = one.wallStandsAt ?? 1e12 + this.now + one.wallAhead
    const request = nextRequest(one.election, wallMs, one.rules)
    one.asking = true
    let isOver = false
    const take = (answer: ElectionAnswer): void => {
      if (isOver || !this.processes.includes(one)) return
      // It is still there when the process goes on.
      if (one.standsUntil > this.now) return this.#after(one.standsUntil - this.now, () => take(answer))
      isOver = true
      one.asking = false
      const pauseMs = one.rules.retryMs * (1 + this.#random() / 5)
      const moment = { now: this.now + one.monotonicAhead, pauseMs }
      one.election = afterAnswer(one.election, { request, sentAt, answer }, moment, one.rules)
      if (one.election.lost !== undefined) this.kill(one)
    }
    this.#after(timeoutMs, () => take({ kind: 'failed' }))
    if (this.#happens(this.weather.lost)) return
    this.#after(this.#way(), () => {
      const answer: ElectionAnswer = this.#happens(this.weather.lost)
        ? { kind: 'failed' }
        : this.#serve(request)
      if (!this.#happens(this.weather.lost)) this.#after(this.#way(), () => take(answer))
    })
  }

  #serve(request: ElectionRequest): ElectionAnswer {
    const { lease } = this
    switch (request.kind) {
      case 'read':
        return lease === undefined ? { kind: 'missing' } : { kind: 'found', lease }
      case 'create':
        if (lease !== undefined) return { kind: 'refused' }
        if (request.record.transitions > mostTransitions) return { kind: 'failed' }
        return { kind: 'written', lease: this.#put(`uid-${this.#versions}`, request.record) }
      case 'replace':
        // Also where there is none: so answers the API server.
        if (lease?.version !== request.over.version) return { kind: 'refused' }
        if (request.record.transitions > mostTransitions) return { kind: 'failed' }
        return { kind: 'written', lease: this.#put(lease.uid, request.record) }
      default:
        return request satisfies never
    }
  }

  #put(uid: string, record: LeaseRecord): Lease {
    this.lease = { uid, version: String(++this.#versions), record }
    this.records.push(record)
    return this.lease
  }

  #dueAt(one: Process): number {
    if (one.asking) return Number.POSITIVE_INFINITY
    return Math.max(one.election.nextAt - one.monotonicAhead, one.standsUntil, this.now)
  }

  #check(): void {
    for (const one of this.processes) {
      const { identity } = one.rules
      const ms = this.#leadsFor(one)
      if (ms > 0 && !one.leads) {
        this.leaders.push(identity)
        for (const [other, until] of this.#actingUntil) {
          if (other !== identity && until > this.now)
            this.faults.push(`at ${this.now} ${identity} leads, and ${other} may act until ${until}`)
        }
      }
      one.leads = ms > 0
      if (ms > 0) this.#actingUntil.set(identity, this.now + ms)
    }
  }

  #leadsFor(one: Process): number {
    return leadsForMs(one.election, this.now + one.monotonicAhead, one.rules)
  }

  #way(): number {
    return Math.floor(this.#random() * this.weather.slowMs)
  }

  #happens(part: number): boolean {
    return this.#random() < part
  }

  #after(ms: number, run: () => void): void {
    const event = { at: this.now + ms, run }
    const before = this.#events.findLastIndex(other => other.at <= event.at)
    this.#events.splice(before + 1, 0, event)
  }
}
