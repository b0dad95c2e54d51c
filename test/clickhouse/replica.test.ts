import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { expect, test } from 'vitest'
import { Replica } from '../../src/clickhouse/replica.ts'
import { Redacted } from '../../src/core/redaction/redacted.ts'
import { eventually } from '../time/eventually.ts'
import { VirtualClock } from '../time/virtual-clock.ts'

test('a web server that takes any statement is never taken for ClickHouse come back', async () => {
  const server = createServer((_, response) => response.end('<html>welcome</html>\n'))
  await new Promise<void>(resolve => {
    server.listen(0, '127.0.0.1', resolve)
  })
  const clock = new VirtualClock()
  let changes = 0
  const replica = new Replica({
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    credentials: { username: 'operator', password: new Redacted('pass') },
    readerUser: 'datalens',
    probeMs: 3_000,
    clock,
    random: () => 0.5,
    onChange: () => {
      changes += 1
    },
  })
  try {
    await replica.read(new AbortController().signal)
    expect(replica.known?.message).toContain('is not ClickHouse (HTTP 200)')
    await clock.advance(replica.known?.retryAfterMs ?? 0)
    // The next probe is planned only when this one has failed.
    await eventually(() => (replica.known?.retryAfterMs ?? 0) > 0, { deadlineMs: 10_000 })
    expect(replica.isDown).toBe(true)
    expect(changes).toBe(1)
  } finally {
    await replica.close()
    server.closeAllConnections()
    server.close()
  }
})
