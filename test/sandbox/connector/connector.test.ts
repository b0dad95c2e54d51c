import { createPrivateKey, createPublicKey } from 'node:crypto'
import { expect, test } from 'vitest'
import { systemClock } from '../../../src/core/clock.ts'
import { Redacted } from '../../../src/core/redaction/redacted.ts'
import { Connector, type ConnectorOptions } from '../../../src/sandbox/connector/connector.ts'

const server = { url: 'http://127.0.0.1:9', username: 'datalens', password: new Redacted('x') }

function connectorThat(more: Pick<ConnectorOptions, 'keepKey'> = {}): Connector {
  return new Connector({ server, clock: systemClock, ...more })
}

test('a version means one key, also for two who ask for it at the same time', async () => {
  const connector = connectorThat()
  const [first, second] = await Promise.all([connector.issueKey(2), connector.issueKey(2)])
  expect(second).toBe(first)
  expect(await connector.issueKey(2)).toBe(first)
  expect(connector.keys().dataLens).toEqual([{ version: '2', publicKey: first }])
})

test('the private half of a key that is made is kept, once; one that was given is not', async () => {
  const kept: [number, string][] = []
  const connector = connectorThat({ keepKey: (version, pem) => void kept.push([version, pem.reveal()]) })
  const publicKey = await connector.issueKey(1)
  await connector.issueKey(1)
  const [[version, pem] = [0, ''], ...more] = kept
  expect([version, more]).toEqual([1, []])
  const halves = createPublicKey(createPrivateKey(pem)).export({ type: 'spki', format: 'pem' })
  expect(halves).toBe(publicKey)
  const again = connectorThat({ keepKey: () => expect.unreachable() })
  again.takeKey(1, new Redacted(pem))
  expect(await again.issueKey(1)).toBe(publicKey)
})

test('a key that cannot be kept is given to nobody', async () => {
  let isFull = true
  const connector = connectorThat({
    keepKey: () => {
      if (isFull) throw new Error('no room')
    },
  })
  await expect(connector.issueKey(1)).rejects.toThrow('no room')
  expect(connector.keys().dataLens).toEqual([])
  isFull = false
  expect(await connector.issueKey(1)).toContain('BEGIN PUBLIC KEY')
})
