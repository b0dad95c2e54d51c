import { expect, test } from 'vitest'
import { agentFor } from '../../../src/clickhouse/endpoint/agent.ts'
import { makeTestCertificate } from '../../proxies/test-certificate.ts'

const pooling = { keepAlive: false }
const url = 'https://ch1.example:8443'
const contextOf = (agent: object): unknown =>
  (agent as { readonly options: { readonly secureContext?: unknown } }).options.secureContext

test('all that trust the same authorities have one context, and others another', () => {
  const [one, other] = [makeTestCertificate().certPem, makeTestCertificate().certPem]
  const context = contextOf(agentFor({ url, ca: one }, pooling))
  expect(context).toBeDefined()
  expect(contextOf(agentFor({ url: 'https://ch2.example', ca: one }, pooling))).toBe(context)
  expect(contextOf(agentFor({ url, ca: other }, pooling))).not.toBe(context)
  expect(contextOf(agentFor({ url }, pooling))).toBeUndefined()
})
