import { expect, test } from 'vitest'
import { leadsThere, type OtherWay } from '../../src/clickhouse/sharing.ts'
import type { EndpointView, Snapshot } from '../../src/clickhouse/catalog/snapshot.ts'
import { answering, down } from '../builders/connection-observed.ts'

const url = 'http://ch1.example.com:8123'
const elsewhere = 'http://alias.example.com:8123'
const found = { url, database: 'client_1', uuid: 'uuid of client_1', comment: 'ours' }
const noUuid = '00000000-0000-0000-0000-000000000000'

function way(endpoints: readonly string[], ...views: readonly EndpointView[]): OtherWay {
  const latest = (): Snapshot | undefined =>
    views.length === 0 ? undefined : { takenAt: 0, endpoints: views }
  return { endpoints, server: { latest } }
}

const shows = (databases: Readonly<Record<string, string>>): EndpointView =>
  answering(elsewhere, { databases })

test.each<readonly [string, OtherWay, ReturnType<typeof leadsThere>]>([
  ['has the same address', way([url]), 'yes'],
  ['has it in capitals, with a slash', way(['HTTP://CH1.EXAMPLE.COM:8123/']), 'yes'],
  ['has it, and is away', way([elsewhere, url], down(elsewhere)), 'yes'],
  ['has another address and shows the very database', way([elsewhere], shows({ client_1: 'ours' })), 'yes'],
  ['shows it with an older mark', way([elsewhere], shows({ client_1: '' })), 'yes'],
  [
    'shows it on one endpoint of two',
    way([url.replace('1', '2'), elsewhere], down(url), shows({ client_1: '' })),
    'yes',
  ],
  ['shows none of that name', way([elsewhere], shows({ client_2: 'ours' })), 'no'],
  ['has no server', { endpoints: [elsewhere], server: undefined }, 'perhaps'],
  ['was not looked at', way([elsewhere]), 'perhaps'],
  ['does not answer', way([elsewhere], down(elsewhere)), 'perhaps'],
])('a connection that %s: %s', (_name, other, expected) => {
  expect(leadsThere(found, other)).toBe(expected)
})

test('a database of the same name with another uuid is another server’s', () => {
  expect(leadsThere({ ...found, uuid: 'another' }, way([elsewhere], shows({ client_1: 'ours' })))).toBe('no')
})

test('without uuids, the same mark tells', () => {
  const other = way([elsewhere], answering(elsewhere, { databases: { client_1: 'ours' }, uuid: noUuid }))
  expect(leadsThere({ ...found, uuid: noUuid }, other)).toBe('yes')
  expect(leadsThere({ ...found, uuid: noUuid, comment: 'other' }, other)).toBe('no')
})
