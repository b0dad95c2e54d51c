import type { Clock } from './clock.ts'

/** For work that nothing calls off. */
export const neverAborts: AbortSignal = new AbortController().signal

/** Calls `run` when the signal aborts; at once if it has. Returns a function that calls it off. */
export function onAbort(signal: AbortSignal, run: () => void): () => void {
  if (signal.aborted) {
    run()
    return () => {}
  }
  signal.addEventListener('abort', run, { once: true })
  return () => signal.removeEventListener('abort', run)
}

/** Resolves when the signal aborts. */
export function untilAborted(signal: AbortSignal): Promise<void> {
  return new Promise(resolve => {
    onAbort(signal, resolve)
  })
}

/** `work`'s result, or the signal's reason as soon as that aborts; `work` itself goes on. */
export function unlessAborted<R>(work: Promise<R>, signal: AbortSignal): Promise<R> {
  return new Promise((resolve, reject) => {
    const unlink = onAbort(signal, () => reject(signal.reason as Error))
    work.then(resolve, reject).finally(unlink)
  })
}

/**
 * An AbortController that also aborts with `parent`. Call `unlink` when done, so that nothing stays on a parent that
 * lives as long as the process. AbortSignal.any does not promise that.
 */
export function linkedAbort(parent: AbortSignal): {
  readonly own: AbortController
  readonly unlink: () => void
} {
  const own = new AbortController()
  return { own, unlink: onAbort(parent, () => own.abort(parent.reason)) }
}

/**
 * `work`'s result, or the signal's reason when `work` is not done within `graceMs` after the abort; `work` itself goes
 * on. For code that should end on abort, and must not hold up a stop if it does not.
 */
export function orAbandon<R>(
  work: Promise<R>,
  { clock, graceMs }: { readonly clock: Clock; readonly graceMs: number },
  signal: AbortSignal,
): Promise<R> {
  return new Promise((resolve, reject) => {
    let cancel = (): void => {}
    const unlink = onAbort(signal, () => {
      cancel = clock.after(graceMs, () => reject(signal.reason as Error))
    })
    const settle = (): void => {
      cancel()
      unlink()
    }
    work.then(
      value => {
        settle()
        resolve(value)
      },
      (error: unknown) => {
        settle()
        reject(error)
      },
    )
  })
}
