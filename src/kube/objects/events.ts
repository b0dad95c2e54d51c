import type { Clock } from '../../core/clock.ts'
import { putNewest } from '../../core/newest.ts'
import { toMicroTimestamp } from '../../core/timestamp.ts'
import { codeOf } from '../../core/errors.ts'
import { Turns } from '../../core/turns.ts'
import type { Random } from '../../core/random.ts'
import { keyOf, type KubeObject } from '../../api/object.ts'
import type { Logger } from '../../telemetry/log.ts'
import { events, pathOf } from './resources.ts'
import type { Transport } from '../call/transport.ts'

export interface EventInput {
  /** The object the event is about, with apiVersion, kind, name, namespace and uid. */
  readonly regarding: KubeObject
  readonly type: 'Normal' | 'Warning'
  /** UpperCamelCase, at most 128 characters. */
  readonly reason: string
  /** For people; cut at 1024 bytes. */
  readonly note: string
  /** What was done or tried, UpperCamelCase. */
  readonly action: string
  /** Tells occasions apart: the same event is written again for another occasion. */
  readonly occasion?: string
}

export interface EventRecorderOptions {
  readonly transport: Pick<Transport, 'request'>
  readonly clock: Clock
  readonly random: Random
  readonly log: Logger
  /** This process, such as the pod's name. */
  readonly instance: string
}

/** Beyond it events are dropped, of the namespace that has the most: the API server has better things to do. */
const longestQueue = 500
/** Objects whose last events are remembered. */
const mostRemembered = 20_000
/** For so long the same event about the same object is not written again. The server forgets it after an hour. */
const quietMs = 30 * 60_000
const longestNoteBytes = 1024

/**
 * Writes Kubernetes Events, one at a time; namespaces take turns. Each stands in the log as well, which is kept longer
 * and for people who may not read every namespace. One that cannot be written is dropped, with a line at debug.
 * `publish` returns at once and never throws.
 */
export class EventRecorder {
  readonly #options: EventRecorderOptions
  readonly #queue = new Turns<EventInput>()
  /** The last note and its time, by object and reason. The oldest entry comes first. */
  readonly #told = new Map<string, { readonly note: string; readonly at: number }>()
  readonly #closing = new AbortController()
  #sending: Promise<void> | undefined

  constructor(options: EventRecorderOptions) {
    this.#options = options
  }

  publish(told: EventInput): void {
    // Notes are remembered, and some of them quote what an API server says.
    const event = { ...told, note: cutAtBytes(told.note, longestNoteBytes) }
    if (this.#closing.signal.aborted || this.#isRepeated(event)) return
    this.#queue.add(event.regarding.metadata.namespace ?? '', event)
    if (this.#queue.size > longestQueue) this.#queue.dropOne()
    this.#sending ??= this.#sendAll().finally(() => {
      this.#sending = undefined
    })
  }

  /** Resolves when everything published so far is written or dropped. */
  async flush(): Promise<void> {
    await this.#sending
  }

  /** Drops what waits. */
  async close(): Promise<void> {
    this.#queue.clear()
    this.#closing.abort(new DOMException('the event recorder is closed', 'AbortError'))
    await this.#sending
  }

  #isRepeated(event: EventInput): boolean {
    const { regarding, type, reason, note, occasion = '' } = event
    const { uid, namespace, name } = regarding.metadata
    const subject = [uid ?? `${regarding.kind}/${namespace}/${name}`, type, reason, occasion].join(' ')
    const now = this.#options.clock.monotonic()
    const last = this.#told.get(subject)
    if (last?.note === note && now - last.at < quietMs) return true
    putNewest(this.#told, subject, { note, at: now }, mostRemembered)
    return false
  }

  async #sendAll(): Promise<void> {
    for (let event = this.#queue.next(); event !== undefined; event = this.#queue.next()) {
      const { regarding, reason, note } = event
      this.#options.log.info({ kind: regarding.kind, key: keyOf(regarding), event: reason, note }, 'event')
      try {
        await this.#send(event)
      } catch (error) {
        this.#options.log.debug({ event: reason, code: codeOf(error) }, 'event dropped')
      }
    }
  }

  async #send(event: EventInput): Promise<void> {
    const { apiVersion, kind, metadata } = event.regarding
    // Events about cluster-wide objects live in `default`, as everywhere in Kubernetes.
    const namespace = metadata.namespace ?? 'default'
    const suffix = Math.floor(this.#options.random() * 2 ** 48)
      .toString(16)
      .padStart(12, '0')
    const { name, uid, resourceVersion } = metadata
    const body = {
      apiVersion: events.apiVersion,
      kind: events.kind,
      metadata: { namespace, name: `${name.slice(0, 200)}.${suffix}` },
      regarding: { apiVersion, kind, namespace: metadata.namespace, name, uid, resourceVersion },
      type: event.type,
      reason: event.reason,
      action: event.action,
      note: event.note,
      eventTime: toMicroTimestamp(this.#options.clock.now()),
      reportingController: 'lenskeeper.dev/operator',
      reportingInstance: this.#options.instance.slice(0, 128) || 'operator',
    }
    const path = pathOf(events, { namespace })
    const call = { method: 'POST', verb: 'create', resource: events.plural, path, body } as const
    await this.#options.transport.request<unknown>(call, this.#closing.signal)
  }
}

/** The longest start of `text` that has at most `most` bytes in UTF-8 and ends between characters. */
function cutAtBytes(text: string, most: number): string {
  if (Buffer.byteLength(text) <= most) return text
  const bytes = Buffer.from(text)
  let end = most - Buffer.byteLength('…')
  while (end > 0 && ((bytes[end] ?? 0) & 0xc0) === 0x80) end--
  return `${bytes.toString('utf8', 0, end)}…`
}
