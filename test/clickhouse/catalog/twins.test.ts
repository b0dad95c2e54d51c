import { expect, test } from 'vitest'
import type { EndpointView, ServerIdentity } from '../../../src/clickhouse/catalog/snapshot.ts'
import { withoutTwins } from '../../../src/clickhouse/catalog/twins.ts'
import { answering, down } from '../../builders/connection-observed.ts'

const [a, b] = ['aaaaaaaa-0000-4000-8000-000000000000', 'bbbbbbbb-0000-4000-8000-000000000000']

function at(host: string, server: ServerIdentity | undefined): EndpointView {
  const view = answering(`https://${host}:8443`)
  if (!view.ok) throw new Error('it answers')
  return { ...view, data: { ...view.data, server } }
}

test.each<[string, readonly EndpointView[], readonly string[]]>([
  ['two servers', [at('x', { uuid: a, name: 'x' }), at('y', { uuid: b, name: 'y' })], ['ok', 'ok']],
  [
    'one under two addresses',
    [at('x', { uuid: a, name: 'x' }), at('y', { uuid: a, name: 'x' })],
    ['ok', 'sameServer'],
  ],
  [
    'a proxy that takes the names away',
    [at('x', { uuid: a, name: undefined }), at('y', { uuid: a, name: undefined })],
    ['ok', 'sameServer'],
  ],
  [
    'cloned with its file uuid',
    [at('x', { uuid: a, name: 'x' }), at('y', { uuid: a, name: 'y' })],
    ['ok', 'ok'],
  ],
  [
    'three, and one other',
    [at('x', { uuid: a, name: 'x' }), at('y', { uuid: b, name: 'y' }), at('z', { uuid: a, name: 'x' })],
    ['ok', 'ok', 'sameServer'],
  ],
  ['those that do not tell', [at('x', undefined), at('y', undefined)], ['ok', 'ok']],
  ['one that is away', [down('https://x:8443'), at('y', { uuid: a, name: 'x' })], ['unreachable', 'ok']],
])('endpoints and their servers: %s', (_, views, expected) => {
  expect(withoutTwins(views).map(view => (view.ok ? 'ok' : view.error.code))).toEqual(expected)
})

test('the words name both addresses, and say what to write', () => {
  const server = { uuid: a, name: 'x' }
  const [, twin] = withoutTwins([at('x', server), at('y', server)])
  expect(twin?.ok === false && twin.error.message).toBe(
    'y:8443 leads to the same server as x:8443, so another replica may be left out. Write one address for each replica in spec.endpoints',
  )
})
