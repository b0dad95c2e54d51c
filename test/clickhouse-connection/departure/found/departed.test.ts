import { expect, test } from 'vitest'
import type { EndpointView } from '../../../../src/clickhouse/catalog/snapshot.ts'
import { mayConcern } from '../../../../src/clickhouse-connection/departure/found/departed.ts'
import { encodeMark } from '../../../../src/tenancy/mark.ts'
import { ourMark } from '../../../builders/tenant-observed.ts'

const departed = { namespace: ourMark.namespace, name: ourMark.name, database: 'client_1' }
const away = { url: 'http://away:8123', ok: false, takenAt: 0 } as EndpointView

function having(comment: string | undefined): EndpointView {
  const databases = new Map(comment === undefined ? [] : [['client_1', { comment }]])
  return { url: 'http://there:8123', ok: true, takenAt: 0, data: { databases } as never }
}

const ours = having(encodeMark(ourMark))
const others = having(encodeMark({ ...ourMark, name: 'other' }))

test.each<[string, readonly EndpointView[], boolean]>([
  ['its mark names the tenant', [ours], true],
  ['its mark names another', [others], false],
  ['it has no such database', [having(undefined)], false],
  ['one endpoint has it, and another is away', [ours, away], true],
  ['one endpoint has another’s, and another is away', [others, away], false],
  ['every endpoint is away', [away], false],
])('a tenant that is gone has the server looked at: %s', (_what, endpoints, expected) => {
  expect(mayConcern({ latest: () => ({ takenAt: 0, endpoints }) }, departed)).toBe(expected)
})

test.each([
  ['is yet to be read', { latest: () => undefined }, true],
  ['is not known', undefined, false],
])('and where it %s', (_what, server, expected) => {
  expect(mayConcern(server, departed)).toBe(expected)
})
