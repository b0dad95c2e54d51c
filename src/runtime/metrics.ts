/** How a run of a reconciler ended. */
export type RunResult = 'settled' | 'recheck' | 'stalled' | 'failed' | 'aborted'

/**
 * Why a watch ended. `ended`: in order and at its time; `early`: in order and before that; `idle`: it was silent for too
 * long; `gone`: the server no longer has what was seen; `failed`: anything else.
 */
export type WatchEnd = 'ended' | 'early' | 'idle' | 'gone' | 'failed'

/** What the runtime tells of itself; `telemetry/` makes metrics of it. Methods must be cheap and never throw. */
export interface RuntimeMetrics {
  /** Keys that are due and wait for a worker. */
  queueDepth(queue: string, keys: number): void
  /** Milliseconds between when a key was due and when a worker took it. */
  queueLatency(queue: string, ms: number): void
  queueRetry(queue: string): void
  /** Runs in progress. */
  running(controller: string, runs: number): void
  runEnded(controller: string, result: RunResult, ms: number): void
  /** @param code the error's code, from a closed set */
  runFailed(controller: string, code: string): void
  /** A complete list was taken. */
  listed(reflector: string, objects: number, ms: number): void
  watchEnded(reflector: string, why: WatchEnd): void
  /** A list, an event or a bookmark came. The age of a cache is the time since then. */
  heard(reflector: string): void
}

function ignore(): void {}

/** For tests, and where nobody listens. */
export const noMetrics: RuntimeMetrics = {
  queueDepth: ignore,
  queueLatency: ignore,
  queueRetry: ignore,
  running: ignore,
  runEnded: ignore,
  runFailed: ignore,
  listed: ignore,
  watchEnded: ignore,
  heard: ignore,
}
