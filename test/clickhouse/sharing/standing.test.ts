import { expect, test } from 'vitest'
import { needsName, precedes, shows, type Standing } from '../../../src/clickhouse/sharing/standing.ts'
import { other, s, t, type Other } from './connections.ts'

const noUuid = '00000000-0000-0000-0000-000000000000'
const found = { server: s, database: 'client_1', uuid: 'uuid of client_1', comment: 'ours' }

test.each<readonly [string, Other, boolean]>([
  ['shows the very database', { sees: { client_1: 'ours' }, says: s }, true],
  ['shows it with an older mark', { sees: { client_1: '' }, says: s }, true],
  ['shows it, and says it is another server', { sees: { client_1: 'ours' }, says: t }, true],
  ['shows none of that name', { sees: { client_2: 'ours' }, says: s }, false],
  ['shows another of that name', { sees: { client_1: 'ours' }, says: s, uuid: 'another' }, false],
  ['was there, and does not answer', { kept: { databases: 1, server: s } }, false],
])('another connection that %s shows it: %#', (_name, given, expected) => {
  expect(shows(found, other(given))).toBe(expected)
})

test.each<readonly [string, Partial<Record<keyof Standing, readonly string[]>>, readonly Other[], boolean]>([
  ['first, and alone', { firstOn: [s] }, [], false],
  ['first, and another sees it', { firstOn: [s] }, [{ sees: { client_1: 'ours' }, says: s }], false],
  ['later, and alone', { laterOn: [s] }, [], true],
  ['later, and another shows nothing', { laterOn: [s] }, [{ sees: {}, says: s }], true],
  ['first elsewhere, and another sees it', { firstOn: [t] }, [{ sees: { client_1: 'ours' }, says: s }], true],
  ['open, and alone', {}, [], false],
  ['open, and another sees it', {}, [{ sees: { client_1: 'ours' }, says: s }], true],
])('a mark needs the name of a connection that came %s: %#', (_name, given, others, expected) => {
  const standing = { firstOn: new Set(given.firstOn), laterOn: new Set(given.laterOn) }
  expect(needsName(found, standing, others.map(other))).toBe(expected)
})

test('without uuids, the same mark tells', () => {
  const way = other({ sees: { client_1: 'ours' }, uuid: noUuid })
  expect(shows({ ...found, uuid: noUuid }, way)).toBe(true)
  expect(shows({ ...found, uuid: noUuid, comment: 'other' }, way)).toBe(false)
})

test('belongs to who was first there and sees it, not to who only says so', () => {
  const kept = { databases: 1, server: s }
  const first = { kept, firstOn: [s] }
  expect(precedes(found, other({ ...first, sees: { client_1: '' }, says: s }))).toBe(true)
  expect(precedes(found, other({ ...first, sees: {}, says: s }))).toBe(false)
  expect(precedes(found, other(first))).toBe(false)
  expect(precedes(found, other({ kept, sees: { client_1: '' }, says: s }))).toBe(false)
  expect(precedes({ ...found, server: undefined }, other({ ...first, sees: { client_1: '' } }))).toBe(false)
})
