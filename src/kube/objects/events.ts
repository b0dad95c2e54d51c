import type { Clock } from '../../core/clock.ts'
import { codeOf } from '../../core/errors.ts'
import { Turns } from '../../core/turns.ts'
import type { Random } from '../../core/random.ts'
import { keyOf } from '../../api/object.ts'
import type { Logger } from '../../telemetry/log.ts'
import type { Transport } from '../call/transport.ts'
import { isKubeError, isNotFound } from '../errors.ts'
import {
  eventBody,
  eventName,
  leanEvent,
  namespaceOf,
  seriesOf,
  type EventInput,
  type Occurrences,
} from './event-body.ts'
import { EventSeries, type Series } from './event-series.ts'
import { mergePatchOf } from './merge-patch.ts'
import { events, pathOf } from './resources.ts'

export interface EventRecorderOptions {
  readonly transport: Pick<Transport, 'request'>
  readonly clock: Clock
  readonly random: Random
  readonly log: Logger
  /** This process, such as the pod's name. */
  readonly instance: string
}

/**
 * Beyond it one is not told now, of the namespace that has the most: the API server has better things to do. It is
 * remembered all the same, or thousands that come and go would each time be told as new.
 */
const longestQueue = 500

/**
 * Writes Kubernetes Events, one at a time; namespaces take turns. Each stands in the log as well, which is kept longer
 * and for people who may not read every namespace. One that cannot be written is dropped, with a line at debug.
 * `publish` returns at once and never throws.
 */
export class EventRecorder {
  readonly #options: EventRecorderOptions
  readonly #queue = new Turns<Series>()
  readonly #series: EventSeries
  readonly #closing = new AbortController()
  #sending: Promise<void> | undefined

  constructor(options: EventRecorderOptions) {
    this.#options = options
    this.#series = new EventSeries(options.clock, series => this.#enqueue(series))
  }

  /** Each call is an occurrence: the same event again is told as one that was so twice. */
  publish(told: EventInput): void {
    if (!this.#closing.signal.aborted) this.#series.note(leanEvent(told))
  }

  /** Resolves when everything published so far is written, dropped, or gathered for later. */
  async flush(): Promise<void> {
    await this.#sending
  }

  /** Drops what waits. */
  async close(): Promise<void> {
    this.#queue.clear()
    this.#series.close()
    this.#closing.abort(new DOMException('the event recorder is closed', 'AbortError'))
    await this.#sending
  }

  #enqueue(series: Series): void {
    this.#queue.add(namespaceOf(series.event), series)
    const dropped = this.#queue.size > longestQueue ? this.#queue.dropOne() : undefined
    if (dropped !== undefined) this.#series.postpone(dropped)
    this.#sending ??= this.#sendAll().finally(() => {
      this.#sending = undefined
    })
  }

  async #sendAll(): Promise<void> {
    for (let series = this.#queue.next(); series !== undefined; series = this.#queue.next()) {
      const { regarding, reason, note } = series.event
      const so = this.#series.take(series)
      const line = { kind: regarding.kind, key: keyOf(regarding), event: reason, note }
      this.#options.log.info(so.count > 1 ? { ...line, count: so.count } : line, 'event')
      try {
        await this.#send(series, so)
      } catch (error) {
        this.#series.forget(series)
        this.#options.log.debug({ event: reason, code: codeOf(error) }, 'event dropped')
      }
    }
  }

  async #send(series: Series, so: Occurrences): Promise<void> {
    if (series.name !== undefined && (await this.#count(series.event, series.name, so))) return
    series.name = await this.#create(series.event, so)
  }

  /** @returns false where another Event has to tell it */
  async #count(event: EventInput, name: string, so: Occurrences): Promise<boolean> {
    const path = pathOf(events, { namespace: namespaceOf(event), name })
    const call = { method: 'PATCH', verb: 'patch', resource: events.plural, path } as const
    const { signal } = this.#closing
    try {
      await this.#options.transport.request<unknown>({ ...call, ...mergePatchOf(seriesOf(so)) }, signal)
      return true
    } catch (error) {
      // The server has forgotten it, or a role of an earlier release lets us only create.
      if (isNotFound(error) || isKubeError(error, 'forbidden')) return false
      throw error
    }
  }

  /** @returns its name */
  async #create(event: EventInput, so: Occurrences): Promise<string> {
    const { random, instance, transport } = this.#options
    const name = eventName(event, random())
    const path = pathOf(events, { namespace: namespaceOf(event) })
    const body = eventBody(event, { ...so, name, instance })
    const call = { method: 'POST', verb: 'create', resource: events.plural, path, body } as const
    await transport.request<unknown>(call, this.#closing.signal)
    return name
  }
}
