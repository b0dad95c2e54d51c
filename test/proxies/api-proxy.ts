// The API server over plain HTTP, by `kubectl proxy`. For tests that ask hundreds of small things: a kubectl for each
// is too slow, and the transport is what is under test.
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { createInterface } from 'node:readline'
import { inject } from 'vitest'

export interface ApiProxy {
  /** Resolves with any answer, whatever its status. */
  request(method: 'GET' | 'POST' | 'PUT' | 'DELETE', path: string, body?: unknown): Promise<ApiAnswer>
  close(): Promise<void>
}

export interface ApiAnswer {
  readonly status: number
  readonly body: {
    readonly kind?: string
    /** Why it was refused. */
    readonly message?: string
    readonly [field: string]: unknown
  }
  /** Warning headers, which kubectl shows to people. */
  readonly warnings: string
}

export async function startApiProxy(): Promise<ApiProxy> {
  const child = spawn(inject('kubectl'), ['--kubeconfig', inject('kubeconfig'), 'proxy', '--port=0'], {
    stdio: ['ignore', 'pipe', 'inherit'],
  })
  const lines = createInterface({ input: child.stdout })
  const [line] = (await once(lines, 'line', { signal: AbortSignal.timeout(30_000) })) as [string]
  const address = /127\.0\.0\.1:\d+/.exec(line)?.[0]
  if (address === undefined) throw new Error(`kubectl proxy said: ${line}`)
  return {
    async request(method, path, body) {
      const answer = await fetch(`http://${address}${path}`, {
        method,
        headers: { 'content-type': 'application/json' },
        body: body === undefined ? null : JSON.stringify(body),
      })
      const parsed = (await answer.json()) as ApiAnswer['body']
      return { status: answer.status, body: parsed, warnings: answer.headers.get('warning') ?? '' }
    },
    async close() {
      const closed = once(child, 'close')
      child.kill()
      await closed
    },
  }
}
