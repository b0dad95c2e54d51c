import { expect, test } from 'vitest'
import { privateHosts } from '../../../src/clickhouse-connection/reader/hosts.ts'
import { aConnection } from '../../builders/connection-observed.ts'

test.each([
  ['ch.example.com', true],
  ['8.8.8.8', true],
  ['172.32.0.1', true],
  ['[2001:db8::1]', true],
  ['clickhouse', false],
  ['ch.data.svc', false],
  ['ch.data.svc.cluster.local', false],
  ['CH.LOCAL.', false],
  ['localhost', false],
  ['127.0.0.1', false],
  ['10.1.2.3', false],
  ['172.16.0.1', false],
  ['192.168.1.1', false],
  ['169.254.1.1', false],
  ['100.64.0.1', false],
  ['[::1]', false],
  ['[fd00::1]', false],
])('DataLens can reach %s: %s', (host, isPublic) => {
  const { spec } = aConnection({ endpoints: [`https://${host}:8443`] })
  expect(privateHosts(spec)).toHaveLength(isPublic ? 0 : 1)
  expect(privateHosts({ ...spec, handover: { hosts: [host] } })).toEqual(isPublic ? [] : [host])
})
