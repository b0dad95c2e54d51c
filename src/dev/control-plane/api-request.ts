// The few requests that starting a control plane takes. They go over node:https and not over `kube`, so that a fault
// in the transport under test does not keep the API server from starting.
import { request } from 'node:https'

export interface ApiAccess {
  readonly url: string
  readonly caPem: string
  readonly token: string
}

export interface ApiRequest {
  readonly method: 'GET' | 'POST'
  readonly path: string
  readonly body?: unknown
}

export interface ApiAnswer {
  readonly status: number
  readonly body: string
}

const timeoutMs = 10_000

/** Resolves with any answer, whatever its status; rejects when there is none within 10 s. */
export function requestApi(access: ApiAccess, call: ApiRequest): Promise<ApiAnswer> {
  const { promise, resolve, reject } = Promise.withResolvers<ApiAnswer>()
  const outgoing = request(
    new URL(call.path, access.url),
    {
      method: call.method,
      ca: access.caPem,
      agent: false,
      headers: { authorization: `Bearer ${access.token}`, 'content-type': 'application/json' },
      signal: AbortSignal.timeout(timeoutMs),
    },
    response => {
      const chunks: Buffer[] = []
      response.on('data', (chunk: Buffer) => chunks.push(chunk))
      response.on('error', reject)
      response.on('end', () =>
        resolve({ status: response.statusCode ?? 0, body: Buffer.concat(chunks).toString() }),
      )
    },
  )
  outgoing.on('error', reject)
  outgoing.end(call.body === undefined ? undefined : JSON.stringify(call.body))
  return promise
}
