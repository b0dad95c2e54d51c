import { expect, test } from 'vitest'
import { trialDatabases } from '../../../src/clickhouse-connection/reader/trial.ts'
import { answering, down, urls } from '../../builders/connection-observed.ts'

const named = (...names: readonly string[]) => Object.fromEntries(names.map(name => [name, '']))

test('the first few that may be read are tried, in order, each once, and one that may not', () => {
  const many = ['g', 'c', 'a', 'e', 'b', 'f', 'd']
  const endpoints = [
    answering(urls[0], { databases: named(...many, 'system', 'y', 'x'), grants: many }),
    answering(urls[1], { databases: named('c', 'a', 'aa'), grants: ['c', 'a', 'aa'] }),
  ]
  expect(trialDatabases(endpoints)).toEqual({ readable: ['a', 'aa', 'b', 'c', 'd'], unreadable: 'x' })
  expect(trialDatabases(endpoints.toReversed())).toEqual(trialDatabases(endpoints))
})

test('somebody may ask about one', () => {
  const endpoints = [
    answering(urls[0], { databases: named('a', 'b', 'c'), grants: ['a', 'b'] }),
    down(urls[1]),
  ]
  expect(trialDatabases(endpoints, 'b')).toEqual({ readable: ['b'], unreadable: 'c' })
  expect(trialDatabases(endpoints, 'c').readable).toEqual([])
})
