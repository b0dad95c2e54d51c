import { expect, test } from 'vitest'
import { mostEndpoints, withinRoom } from '../../../src/clickhouse-connection/server/room.ts'
import type { Account } from '../../../src/clickhouse-connection/server/observed.ts'
import { Redacted } from '../../../src/core/redaction/redacted.ts'
import { aConnection } from '../../builders/connection-observed.ts'

const account: Account = { kind: 'ok', username: 'operator', password: new Redacted('p'), ca: undefined }
const unknown: Account = { kind: 'unknown' }
const connection = aConnection()
const own = connection.spec.endpoints.length

test.each<[string, Account, number, string]>([
  ['the first connection', account, 0, 'ok'],
  ['the last one that fits', account, mostEndpoints - own, 'ok'],
  ['one more', account, mostEndpoints - own + 1, 'missing'],
  ['one whose Secret is not read yet', unknown, mostEndpoints, 'unknown'],
])('%s of a namespace', (_, before, others, kind) => {
  const asked: string[][] = []
  const endpointsIn = (...names: string[]): number => {
    asked.push(names)
    return others
  }
  const found = withinRoom(before, connection, { endpointsIn })
  expect(found.kind).toBe(kind)
  if (found.kind === 'missing') expect(found.problem.reason).toBe('TooManyEndpoints')
  expect(asked).toEqual([['datalens', 'datalens/default']])
})
