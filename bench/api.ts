import { Pool } from 'undici'

export interface ApiLogin {
  readonly url: string
  readonly caPem: string
  readonly token: string
  /** Requests under way at once. */
  readonly connections: number
}

export interface Sent {
  readonly status: number
  readonly body: string
}

export const mergePatch = 'application/merge-patch+json'

/** A plain client, with nothing that a request does not need. It counts what it writes, by resource. */
export class Api {
  readonly #pool: Pool
  readonly #authorization: string
  readonly #writes = new Map<string, number>()

  constructor({ url, caPem, token, connections }: ApiLogin) {
    this.#pool = new Pool(url, { connections, pipelining: 1, connect: { ca: caPem }, allowH2: false })
    this.#authorization = `Bearer ${token}`
  }

  /** How many writes were sent until now, by resource (`secrets`). */
  get writes(): ReadonlyMap<string, number> {
    return new Map(this.#writes)
  }

  post(path: string, body: string): Promise<string> {
    return this.#write('POST', path, { body })
  }

  put(path: string, body: string): Promise<string> {
    return this.#write('PUT', path, { body })
  }

  patch(path: string, body: string): Promise<string> {
    return this.#write('PATCH', path, { body, contentType: mergePatch })
  }

  delete(path: string): Promise<string> {
    return this.#write('DELETE', path, {})
  }

  async get(path: string): Promise<string> {
    return (await this.#send('GET', path, {})).body
  }

  async read<T>(path: string): Promise<T> {
    return JSON.parse(await this.get(path)) as T
  }

  /** The body of an answer that goes on, as text. Ends with the signal. */
  async *stream(path: string, signal: AbortSignal): AsyncGenerator<string, void, void> {
    const { statusCode, body } = await this.#pool.request({
      method: 'GET',
      path,
      headers: this.#headers(undefined),
      headersTimeout: 0,
      bodyTimeout: 0,
      signal,
    })
    if (statusCode !== 200) throw new Error(`GET ${path}: ${statusCode} ${await body.text()}`)
    body.setEncoding('utf8')
    for await (const chunk of body) yield chunk as string
  }

  async close(): Promise<void> {
    await this.#pool.destroy()
  }

  async #write(method: string, path: string, content: Content): Promise<string> {
    const resource = resourceOf(path)
    this.#writes.set(resource, (this.#writes.get(resource) ?? 0) + 1)
    return (await this.#send(method, path, content)).body
  }

  async #send(method: string, path: string, { body, contentType }: Content): Promise<Sent> {
    const headers = this.#headers(body === undefined ? undefined : (contentType ?? 'application/json'))
    const answer = await this.#pool.request({ method, path, headers, body: body ?? null })
    const text = await answer.body.text()
    if (answer.statusCode >= 300) {
      throw new Error(`${method} ${path}: ${answer.statusCode} ${text.slice(0, 400)}`)
    }
    return { status: answer.statusCode, body: text }
  }

  #headers(contentType: string | undefined): Record<string, string> {
    const headers = { authorization: this.#authorization, accept: 'application/json' }
    return contentType === undefined ? headers : { ...headers, 'content-type': contentType }
  }
}

interface Content {
  readonly body?: string
  readonly contentType?: string
}

/** `/api/v1/namespaces/a/secrets/b` is about `secrets`. */
function resourceOf(path: string): string {
  const parts = (path.split('?')[0] ?? '').split('/').slice(path.startsWith('/apis/') ? 4 : 3)
  return (parts[0] === 'namespaces' && parts.length > 2 ? parts[2] : parts[0]) ?? ''
}

/** Runs `work` for each item, `width` at a time. Rejects with the first failure, after those under way ended. */
export async function inParallel<T>(
  items: readonly T[],
  width: number,
  work: (item: T, index: number) => Promise<void>,
): Promise<void> {
  let next = 0
  let failed = false
  async function worker(): Promise<void> {
    while (next < items.length && !failed) {
      const index = next++
      try {
        await work(items[index] as T, index)
      } catch (error) {
        failed = true
        throw error
      }
    }
  }
  const workers = Array.from({ length: Math.min(width, items.length) }, worker)
  const failure = (await Promise.allSettled(workers)).find(result => result.status === 'rejected')
  if (failure !== undefined) throw failure.reason
}
