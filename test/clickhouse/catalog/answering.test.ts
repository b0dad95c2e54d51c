import { describe, expect, test } from 'vitest'
import {
  isSettled,
  noteSighting,
  objectionTo,
  resume,
  type KnownServers,
} from '../../../src/clickhouse/catalog/answering.ts'

const [a, b, c] = ['a', 'b', 'c'].map(letter => `${letter.repeat(8)}-0000-4000-8000-000000000000`) as [
  string,
  string,
  string,
]

/** Looks, `+` after those who answered in one: `a`, `a+b`. Five seconds lie between two, or what a number says. */
function after(looks: string, known?: KnownServers) {
  let answering = resume(known)
  let at = 0
  for (const look of looks.split(' ').filter(Boolean)) {
    if (/^\d+$/.test(look)) {
      at += Number(look) * 1_000 - 5_000
      continue
    }
    const servers = look.split('+').flatMap(name => ({ a: [a], b: [b], c: [c] })[name] ?? [])
    answering = noteSighting(answering, { uuids: new Set(servers), names: new Set() }, at)
    at += 5_000
  }
  return answering
}

const verdictAfter = (looks: string, known?: KnownServers): string => {
  const answering = after(looks, known)
  const error = objectionTo(answering, 'ch:8443')
  if (error !== undefined) return error.code
  return answering.server === undefined ? 'nothing known' : `is ${answering.server.charAt(0)}`
}

describe('who answers at an endpoint', () => {
  test.each([
    ['nobody looked yet', '', undefined, 'nothing known'],
    ['a server that does not tell', '- -', undefined, 'nothing known'],
    ['the first one is believed', 'a', undefined, 'is a'],
    ['the same one again', 'a a a', undefined, 'is a'],
    ['one that does not tell for once', 'a - a', undefined, 'is a'],
    ['two in one look', 'a+b', undefined, 'severalServers'],
    ['two in a later look', 'a a a+b', undefined, 'severalServers'],
    ['another one', 'a b', undefined, 'serverChanged'],
    ['another one twice', 'a b b', undefined, 'serverChanged'],
    ['a replica that was replaced', 'a b b b', undefined, 'is b'],
    ['replaced twice', 'a b b b c c c', undefined, 'is c'],
    ['replaced again while that is open', 'a b c c c', undefined, 'severalServers'],
    ['looks in a rush count once', 'a b 0 b 0 b 0 b', undefined, 'serverChanged'],
    ['a rush, and time', 'a b 0 b 0 b 5 b 5 b', undefined, 'is b'],
    ['it changes back', 'a b a', undefined, 'severalServers'],
    ['it changes back late', 'a b b a a a', undefined, 'severalServers'],
    ['it changes back after it was believed', 'a b b b a', undefined, 'severalServers'],
    ['and stays there', 'a b b b a a a a', undefined, 'severalServers'],
    ['in turn, and then one for some minutes', 'a b a a 300 a a', undefined, 'severalServers'],
    ['in turn, and then one for long', 'a b a a 600 a a', undefined, 'is a'],
    ['in turn, and then seldom', 'a b a a 300 b b 310 b', undefined, 'severalServers'],
    ['in one look, and then one for long', 'a+b a a 600 a a', undefined, 'is a'],
    ['in turn, settled, and in turn again', 'a b a a 600 a a b', undefined, 'severalServers'],
    ['in turn, and long silence is no proof', 'a b a 1000 -', undefined, 'severalServers'],
    ['after a restart, the same', 'a', { server: a, others: [] }, 'is a'],
    ['after a restart, before a look', '', { server: a, others: [] }, 'is a'],
    ['after a restart, another', 'b', { server: a, others: [] }, 'serverChanged'],
    ['replaced over a restart', 'b b b', { server: a, others: [] }, 'is b'],
    ['restarted while it was open', 'b b b', { others: [a] }, 'is b'],
    ['restarted while it was open, and back', 'a a a', { others: [a] }, 'is a'],
    ['restarted while several answered', 'a a a', { others: [a, b] }, 'severalServers'],
    ['a former one, after a restart', 'a', { server: b, others: [a] }, 'severalServers'],
  ] satisfies [string, string, KnownServers | undefined, string][])('%s: %s', (_, looks, known, verdict) => {
    expect(verdictAfter(looks, known)).toBe(verdict)
  })

  test('servers that tell no uuid are told apart by name', () => {
    const names = new Set(['ch-0', 'ch-1'])
    const answering = noteSighting(resume(undefined), { uuids: new Set(), names }, 0)
    expect(objectionTo(answering, 'ch')?.code).toBe('severalServers')
    expect(isSettled(answering)).toBe(false)
  })

  test('a server that has another name since its restart is the same', () => {
    const one = noteSighting(resume(undefined), { uuids: new Set([a]), names: new Set(['pod-1']) }, 0)
    expect(noteSighting(one, { uuids: new Set([a]), names: new Set(['pod-2']) }, 5_000)).toBe(one)
  })

  test('what is kept does not change from look to look, however they come', () => {
    const kept = ({ server, others }: KnownServers) => ({ server, others })
    const first = kept(after('a b a'))
    expect(first).toEqual({ server: undefined, others: [a, b] })
    for (const more of ['b', 'a', 'a+b', 'b a b a', '60 b 60 a'])
      expect(kept(after(`a b a ${more}`))).toEqual(first)
  })

  test('the words name the endpoint and the servers, say what to write, and stay the same', () => {
    const words = objectionTo(after('a b a'), 'ch.data:8443')?.message ?? ''
    expect(words).toContain(`ch.data:8443: several servers answer in turn (serverUUID ${a}, ${b})`)
    expect(words).toContain('Write the address of each replica by itself in spec.endpoints')
    expect(objectionTo(after('a b a b b a'), 'ch.data:8443')?.message).toBe(words)
    const changed = objectionTo(after('a b'), 'ch.data:8443')?.message
    expect(changed).toContain(`serverUUID ${b}, before ${a}`)
    expect(objectionTo(after('a b b'), 'ch.data:8443')?.message).toBe(changed)
  })
})
