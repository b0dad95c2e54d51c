import { replyTo, type Reply } from '../chart/reply.ts'
import type { ChartAnswer, DashEntry, Params, SelectorAnswer } from '../wire.ts'
import { isExpired } from './token.ts'

/** The charts API, asked with whatever token is the newest. */
export class Session {
  readonly #language: string
  #token: string

  constructor(token: string, language: string) {
    this.#token = token
    this.#language = language
  }

  get token(): string {
    return this.#token
  }

  renew(token: string): void {
    this.#token = token
  }

  /** @param id undefined: the entry of the embed */
  run(id: string | undefined, params: Params, signal: AbortSignal): Promise<Reply<ChartAnswer>> {
    return this.#ask('/charts/embeds/api/run', { body: { id, params }, signal, read: readJson<ChartAnswer> })
  }

  /** What a selector has to choose from. */
  async choices({ params, ...control }: Choosing, signal: AbortSignal): Promise<Reply<readonly string[]>> {
    const body = { params, controlData: control }
    const reply = await this.#ask('/charts/embeds/api/run', { body, signal, read: readJson<SelectorAnswer> })
    if (!reply.ok) return reply
    return { ok: true, value: reply.value.data.rows.map(([value]) => String(value ?? '')) }
  }

  export(id: string | undefined, params: Params): Promise<Reply<Blob>> {
    return this.#ask('/charts/embeds/api/export', { body: { id, params }, read: answer => answer.blob() })
  }

  /** What the embed shows. */
  dashboard(signal: AbortSignal): Promise<Reply<DashEntry>> {
    return this.#ask('/charts/embeds/api/embedded-entry', { signal, read: readJson<DashEntry> })
  }

  #ask<T>(path: string, asking: Asking<T>): Promise<Reply<T>> {
    const { body, signal = null, read } = asking
    const token = this.#token
    const headers = { 'x-dl-embed-token': token }
    const request = new Request(`${path}?_lang=${this.#language}`, {
      method: body === undefined ? 'GET' : 'POST',
      headers: body === undefined ? headers : { ...headers, 'content-type': 'application/json' },
      body: body === undefined ? null : JSON.stringify(body),
      cache: 'no-store',
      credentials: 'omit',
      referrerPolicy: 'no-referrer',
      signal,
    })
    return replyTo(request, { read, expired: () => isExpired(token, Date.now()) })
  }
}

/** A selector by its place in the dashboard. */
export interface Choosing {
  readonly id: string
  readonly tabId: string
  readonly params: Params
}

interface Asking<T> {
  readonly body?: unknown
  readonly signal?: AbortSignal
  readonly read: (response: Response) => Promise<T>
}

async function readJson<T>(response: Response): Promise<T> {
  return (await response.json()) as T
}
