import { failureOf, type Failure } from './failure.ts'

export type Reply<T> =
  | { readonly ok: true; readonly value: T }
  | { readonly ok: false; readonly failure: Failure }

export interface Reading<T> {
  readonly read: (response: Response) => Promise<T>
  /** Whether the token that was sent has expired meanwhile. */
  readonly expired: () => boolean
}

/** What became of a request. Rejects only when it was given up. */
export async function replyTo<T>(request: Request, { read, expired }: Reading<T>): Promise<Reply<T>> {
  try {
    const response = await fetch(request)
    if (response.ok) return { ok: true, value: await read(response) }
    const body: unknown = await response.json().catch(() => undefined)
    return { ok: false, failure: failureOf(response.status, body, expired()) }
  } catch (error) {
    if (request.signal.aborted) throw error
    return { ok: false, failure: { kind: error instanceof SyntaxError ? 'other' : 'network' } }
  }
}
