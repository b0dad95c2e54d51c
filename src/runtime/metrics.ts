/** How a run of a reconciler ended. */
export type RunResult = 'settled' | 'recheck' | 'stalled' | 'failed' | 'aborted'

/**
 * Why a watch ended. `ended`: by the server, in order; `idle`: silent beyond its time-out and given up;
 * `gone`: its version is no longer kept; `failed`: anything else.
 */
export type WatchEnd = 'ended' | 'idle' | 'gone' | 'failed'

/** What the runtime has to tell about itself. `telemetry/` turns it into metrics; must be cheap and never throw. */
export interface RuntimeMetrics {
  /** Keys that are due and wait for a worker. */
  queueDepth(queue: string, keys: number): void
  /** Time from when a key was due until a worker took it, in milliseconds. */
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
  /** The server was heard from: a list, an event or a bookmark. The age of a cache is the time since. */
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
