import { once } from 'node:events'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { expect, onTestFinished, test } from 'vitest'
import { metricsAddress, metricsAt } from '../../../src/cli/report/metrics.ts'

const forever = new AbortController().signal
const proxied = '/api/v1/namespaces/lenskeeper-system/services/lenskeeper-metrics:8080/proxy'

test.each([
  ['http://127.0.0.1:8080', 'http://127.0.0.1:8080/metrics'],
  ['http://127.0.0.1:8080/', 'http://127.0.0.1:8080/metrics'],
  ['http://127.0.0.1:8080/metrics', 'http://127.0.0.1:8080/metrics'],
  [`http://127.0.0.1:8001${proxied}/`, `http://127.0.0.1:8001${proxied}/metrics`],
  [`http://127.0.0.1:8001${proxied}`, `http://127.0.0.1:8001${proxied}/metrics`],
  [`http://127.0.0.1:8001${proxied}/metrics/`, `http://127.0.0.1:8001${proxied}/metrics`],
  ['https://gate.example/lk?cluster=a', 'https://gate.example/lk/metrics?cluster=a'],
])('%s leads to %s', (url, address) => {
  expect(metricsAddress(url).href).toBe(address)
})

/** As `kubectl proxy`: at its root are the metrics of the API server, and below the operator’s. */
async function proxyTo(operator: string): Promise<string> {
  const server = createServer((request, response) => {
    response.end(request.url === `${proxied}/metrics` ? operator : 'apiserver_request_total 1\n')
  }).listen(0, '127.0.0.1')
  await once(server, 'listening')
  onTestFinished(() => void server.close())
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}`
}

test.each([
  ['lenskeeper_leader 1', '# Of the process that leads.'],
  ['lenskeeper_leader 0', '# Of a process that does not lead.'],
])('with %s they are told as: %s', async (line, told) => {
  const url = await proxyTo(`# HELP lenskeeper_leader x\n${line}\n`)
  expect(await metricsAt(`${url}${proxied}/`, forever)).toEqual([
    told,
    '# HELP lenskeeper_leader x',
    line,
    '',
  ])
})

test('those of another program are not told as the operator’s', async () => {
  const url = await proxyTo('lenskeeper_leader 1\n')
  await expect(metricsAt(url, forever)).rejects.toThrow(/not those of Lenskeeper/)
})

test('where nothing answers, it is said what to look at, without what the address holds', async () => {
  const server = createServer().listen(0, '127.0.0.1')
  await once(server, 'listening')
  const { port } = server.address() as AddressInfo
  server.close()
  await expect(metricsAt(`http://127.0.0.1:${port}`, forever)).rejects.toThrow(
    `http://127.0.0.1:${port} does not answer (connect ECONNREFUSED 127.0.0.1:${port}): is the port-forward up?`,
  )
})
