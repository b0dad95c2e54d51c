import { sleep, type Clock } from '../../../../src/core/clock.ts'
import type { ListPage, ListWatch, WatchEvent } from '../../../../src/runtime/cache/list-watch.ts'
import { aThing, type Thing } from '../../objects.ts'

/**
 * What the server does at one call. `hang`: silent until the signal aborts; `deaf`: even then. `time-out`: ends a watch
 * when it was asked to, and `end` at once, as a server that is shut down.
 */
export type Step =
  | { readonly list: readonly Thing[]; readonly version: number; readonly more?: string }
  | { readonly listFails: Error }
  | { readonly listHangs: 'hang' | 'deaf' }
  | {
      readonly watch: readonly WatchStep[]
      readonly next: 'end' | 'time-out' | 'hang' | 'deaf' | Error
      /** It was put back to an earlier state: what it showed before never happened. */
      readonly putBack?: true
      /** It is busy, and takes the watch so late. */
      readonly takenAfterMs?: number
    }

/** `deaf`: goes on after an abort as if nothing had happened. */
type WatchStep = WatchEvent<Thing> | { readonly pauseMs: number; readonly deaf?: boolean }

export const added = (name: string, version: number, uid?: string): WatchEvent<Thing> => ({
  type: 'added',
  object: aThing(name, version, uid === undefined ? {} : { uid }),
})
export const modified = (name: string, version: number): WatchEvent<Thing> => ({
  type: 'modified',
  object: aThing(name, version),
})
export const deleted = (name: string, version: number, uid?: string): WatchEvent<Thing> => ({
  type: 'deleted',
  object: aThing(name, version, uid === undefined ? {} : { uid }),
})
export const bookmark = (version: number): WatchEvent<Thing> => ({
  type: 'bookmark',
  resourceVersion: String(version),
})
export const pause = (pauseMs: number): { readonly pauseMs: number } => ({ pauseMs })

const never = new AbortController().signal

export interface Call {
  readonly what: string
  readonly atMs: number
  readonly timeoutSeconds?: number
}

/**
 * A ListWatch that plays a script, one step a call, and writes down what was asked of it and when. A watch from an
 * earlier version first tells again what was shown after that, unless it fails at once.
 */
export class ScriptedSource implements ListWatch<Thing> {
  readonly calls: Call[] = []
  /** Calls that have not ended. */
  open = 0
  /** What was shown, by version. */
  readonly #history = new Map<number, WatchEvent<Thing>>()
  readonly #clock: Clock
  readonly #steps: Step[]

  constructor(clock: Clock, steps: readonly Step[]) {
    this.#clock = clock
    this.#steps = [...steps]
  }

  get asked(): string[] {
    return this.calls.map(call => call.what)
  }

  async list(
    { limit, continueToken }: { limit: number; continueToken?: string },
    signal: AbortSignal,
  ): Promise<ListPage<Thing>> {
    const token = continueToken === undefined ? '' : ` from ${continueToken}`
    this.calls.push({ what: `list ${limit}${token}`, atMs: this.#clock.monotonic() })
    const step = this.#steps.shift()
    await Promise.resolve()
    if (step === undefined) throw new Error('the script is over')
    if ('listFails' in step) throw step.listFails
    if ('listHangs' in step) return this.#hang(step.listHangs, signal)
    if (!('list' in step)) throw new Error('the script has no list here')
    for (const version of this.#history.keys()) if (version > step.version) this.#history.delete(version)
    for (const thing of step.list) this.#note({ type: 'added', object: thing })
    return {
      items: step.list,
      resourceVersion: String(step.version),
      ...(step.more === undefined ? {} : { continueToken: step.more }),
    }
  }

  async *watch(
    { resourceVersion, timeoutSeconds, onOpen }: Parameters<ListWatch<Thing>['watch']>[0],
    signal: AbortSignal,
  ): AsyncGenerator<WatchEvent<Thing>> {
    const atMs = this.#clock.monotonic()
    this.calls.push({ what: `watch ${resourceVersion}`, atMs, timeoutSeconds })
    const step = this.#steps.shift()
    await Promise.resolve()
    if (step === undefined || !('watch' in step)) throw new Error('the script has no watch here')
    if (step.putBack) this.#history.clear()
    if (step.takenAfterMs !== undefined) await sleep(this.#clock, step.takenAfterMs, signal)
    const isHad = step.watch.length > 0 || !(step.next instanceof Error)
    if (isHad) onOpen?.()
    if (isHad) yield* this.#after(Number(resourceVersion))
    for (const event of step.watch) {
      if ('pauseMs' in event) await sleep(this.#clock, event.pauseMs, event.deaf === true ? never : signal)
      else {
        this.#note(event)
        yield event
      }
    }
    if (step.next instanceof Error) throw step.next
    if (step.next === 'time-out')
      await sleep(this.#clock, atMs + timeoutSeconds * 1000 - this.#clock.monotonic(), signal)
    else if (step.next !== 'end') await this.#hang(step.next, signal)
  }

  #note(event: WatchEvent<Thing>): void {
    if (event.type !== 'bookmark') this.#history.set(Number(event.object.metadata.resourceVersion), event)
  }

  #after(seen: number): WatchEvent<Thing>[] {
    const later = [...this.#history].filter(([version]) => version > seen)
    return later.sort(([a], [b]) => a - b).map(([, event]) => event)
  }

  async #hang(how: 'hang' | 'deaf', signal: AbortSignal): Promise<never> {
    this.open++
    await new Promise<never>((_resolve, reject) => {
      if (how === 'deaf') return
      if (signal.aborted) reject(signal.reason as Error)
      signal.addEventListener('abort', () => reject(signal.reason as Error))
    }).finally(() => this.open--)
    throw new Error('unreachable')
  }
}
