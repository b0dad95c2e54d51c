import type { Clock } from './clock.ts'

/**
 * An AbortController that also aborts with `parent`. `unlink` when done: unlike AbortSignal.any it then leaves
 * nothing on a parent that lives as long as the process.
 */
export function linkedAbort(parent: AbortSignal): {
  readonly own: AbortController
  readonly unlink: () => void
} {
  const own = new AbortController()
  const onAbort = (): void => own.abort(parent.reason)
  if (parent.aborted) onAbort()
  else parent.addEventListener('abort', onAbort, { once: true })
  return { own, unlink: () => parent.removeEventListener('abort', onAbort) }
}

/**
 * `work`'s result, but no longer than `graceMs` after `signal` aborts; then rejects with the signal's reason
 * and leaves `work` to itself. For code that should end on abort and must not hold up a stop if it does not.
 */
export function orAbandon<R>(
  work: Promise<R>,
  { clock, graceMs }: { readonly clock: Clock; readonly graceMs: number },
  signal: AbortSignal,
): Promise<R> {
  return new Promise((resolve, reject) => {
    let cancel = (): void => {}
    const onAbort = (): void => {
      cancel = clock.after(graceMs, () => reject(signal.reason as Error))
    }
    if (signal.aborted) onAbort()
    else signal.addEventListener('abort', onAbort, { once: true })
    const settle = (): void => {
      cancel()
      signal.removeEventListener('abort', onAbort)
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
