import { expect, test } from 'vitest'
import { connectorTenantConditions } from '../../../src/api/status/connector-tenant.ts'
import { worsened } from './worsened.ts'

const ready = (status: 'True' | 'False' | 'Unknown', reason: string) =>
  ({ type: 'Ready', status, reason }) as const
const published = (status: 'True' | 'False', reason: string) =>
  ({ type: 'TokenPublished', status, reason }) as const
const good = [ready('True', 'Ready'), published('True', 'Ready')]

test.each([
  { name: 'the same', before: good, now: good, found: [] },
  {
    name: 'Ready False',
    before: good,
    now: [ready('False', 'X')],
    found: ['Ready was True Ready and is False X'],
  },
  {
    name: 'Ready Unknown',
    before: good,
    now: [ready('Unknown', 'X')],
    found: ['Ready was True Ready and is Unknown X'],
  },
  { name: 'Ready gone', before: good, now: [], found: ['Ready is gone'] },
  { name: 'still not Ready', before: [ready('False', 'A')], now: [ready('False', 'B')], found: [] },
  {
    name: 'another one bad',
    before: good,
    now: [ready('True', 'Ready'), published('False', 'SecretConflict')],
    found: ['TokenPublished was True Ready and is False SecretConflict'],
  },
  {
    name: 'a new one bad',
    before: [ready('True', 'Ready')],
    now: [ready('True', 'Ready'), published('False', 'SecretConflict')],
    found: ['TokenPublished was not there and is False SecretConflict'],
  },
  {
    name: 'a bad one still bad',
    before: [published('False', 'A')],
    now: [published('False', 'A')],
    found: [],
  },
])('$name', ({ before, now, found }) => {
  expect(worsened(connectorTenantConditions, before, now)).toEqual(found)
})
