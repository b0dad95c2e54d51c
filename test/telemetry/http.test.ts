import { networkInterfaces } from 'node:os'
import { afterEach, describe, expect, test } from 'vitest'
import { startTelemetryServer } from '../../src/telemetry/http.ts'
import type { PlainServer } from '../../src/telemetry/plain-server.ts'
import { Metrics } from '../../src/telemetry/metrics.ts'

let server: PlainServer | undefined
afterEach(async () => {
  await server?.close()
  server = undefined
})

async function get(
  path: string,
  method = 'GET',
): Promise<{ status: number; body: string; type: string | null }> {
  const answer = await fetch(`http://127.0.0.1:${server?.port}${path}`, { method })
  return { status: answer.status, body: await answer.text(), type: answer.headers.get('content-type') }
}

describe('the telemetry server', () => {
  test('says whether the process lives, what it waits for, and its metrics', async () => {
    let waitingFor: readonly string[] = ['caches', 'lease']
    const health: { unwell?: string } = {}
    const metrics = new Metrics(() => 0)
    server = await startTelemetryServer({
      host: '127.0.0.1',
      port: 0,
      waitingFor: () => waitingFor,
      unwell: () => health.unwell,
      metrics,
    })
    expect(await get('/healthz')).toMatchObject({ status: 200, body: 'ok\n' })
    expect(await get('/readyz?verbose')).toMatchObject({ status: 503, body: 'waiting for: caches, lease\n' })
    waitingFor = []
    expect(await get('/readyz')).toMatchObject({ status: 200 })
    health.unwell = 'the lease was not renewed'
    expect(await get('/healthz')).toMatchObject({ status: 503, body: 'the lease was not renewed\n' })
    const scraped = await get('/metrics')
    expect(scraped.type).toContain('text/plain; version=0.0.4')
    expect(scraped.body).toContain('process_resident_memory_bytes')
    expect(await get('/')).toMatchObject({ status: 404 })
    expect(await get('/healthz', 'POST')).toMatchObject({ status: 405 })
    metrics.close()
  })

  test('without an address answers on each that the machine has, of both families', async () => {
    const has6 = Object.values(networkInterfaces())
      .flat()
      .some(at => at?.address === '::1')
    server = await startTelemetryServer({ port: 0, waitingFor: () => [], metrics: new Metrics(() => 0) })
    for (const host of ['127.0.0.1', ...(has6 ? ['[::1]'] : [])])
      expect((await fetch(`http://${host}:${server.port}/healthz`)).status, host).toBe(200)
  })

  test('a scrape that fails is a 500 and not the end', async () => {
    const metrics = { contentType: 'text/plain', render: () => Promise.reject(new Error('broken')) }
    server = await startTelemetryServer({ host: '127.0.0.1', port: 0, waitingFor: () => [], metrics })
    expect(await get('/metrics')).toMatchObject({ status: 500, body: '' })
    expect(await get('/healthz')).toMatchObject({ status: 200 })
  })

  test('a taken port is an error, a closed server is gone', async () => {
    const options = { host: '127.0.0.1', waitingFor: () => [], metrics: new Metrics(() => 0) }
    const first = await startTelemetryServer({ ...options, port: 0 })
    await expect(startTelemetryServer({ ...options, port: first.port })).rejects.toThrow(/EADDRINUSE/)
    await first.close()
    server = await startTelemetryServer({ ...options, port: first.port })
    expect(await get('/healthz')).toMatchObject({ status: 200 })
  })
})
