import { describe, expect, test } from 'vitest'
import {
  isSettled,
  keptOf,
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

const midnight = Date.parse('2026-01-02T00:00:00Z')
const units = { s: 1_000, h: 3_600_000, d: 86_400_000 } as const

/**
 * Looks, `+` after those who answered in one: `a`, `a+b`. Five seconds lie between two, or what `60s`, `2h`, `90d` say.
 * `|` is a restart, which leaves what the status holds, and a monotonic clock that begins anew.
 */
function after(looks: string, known?: KnownServers) {
  let answering = resume(known)
  let elapsed = 0
  let now = midnight
  const pass = (ms: number): void => {
    elapsed += ms
    now += ms
  }
  for (const look of looks.split(' ').filter(Boolean)) {
    const [, count, unit] = /^(\d+)([shd])$/.exec(look) ?? []
    if (count !== undefined) pass(Number(count) * units[unit as keyof typeof units] - 5_000)
    else if (look === '|') {
      answering = resume(keptOf(answering))
      elapsed = 0
    } else {
      const servers = look.split('+').flatMap(name => ({ a: [a], b: [b], c: [c] })[name] ?? [])
      answering = noteSighting(answering, { uuids: new Set(servers), names: new Set() }, { elapsed, now })
      pass(5_000)
    }
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
    ['looks in a rush count once', 'a b 0s b 0s b 0s b', undefined, 'serverChanged'],
    ['a rush, and time', 'a b 0s b 0s b 5s b 5s b', undefined, 'is b'],
    ['it changes back', 'a b a', undefined, 'severalServers'],
    ['it changes back late', 'a b b a a a', undefined, 'severalServers'],
    ['it changes back after it was believed', 'a b b b a', undefined, 'severalServers'],
    ['and stays there', 'a b b b a a a a', undefined, 'severalServers'],
    ['in turn, and then one for some minutes', 'a b a a 300s a a', undefined, 'severalServers'],
    ['in turn, and then one for long', 'a b a a 600s a a', undefined, 'is a'],
    ['in turn, and then seldom', 'a b a a 300s b b 310s b', undefined, 'severalServers'],
    ['in one look, and then one for long', 'a+b a a 600s a a', undefined, 'is a'],
    ['in turn, settled, and in turn again', 'a b a a 600s a a b', undefined, 'severalServers'],
    ['in turn, and long silence is no proof', 'a b a 1000s -', undefined, 'severalServers'],
    ['after a restart, the same', 'a', { server: a, others: [] }, 'is a'],
    ['after a restart, before a look', '', { server: a, others: [] }, 'is a'],
    ['after a restart, another', 'b', { server: a, others: [] }, 'serverChanged'],
    ['replaced over a restart', 'b b b', { server: a, others: [] }, 'is b'],
    ['restarted while it was open', 'b b b', { others: [a] }, 'is b'],
    ['restarted while it was open, and back', 'a a a', { others: [a] }, 'is a'],
    ['restarted while several answered', 'a a a', { others: [a, b] }, 'severalServers'],
    ['a former one, after a restart', 'a', { server: b, others: [a] }, 'severalServers'],
    ['a planned failback, seen at once', 'a 90d a b b b 90d b a', undefined, 'serverChanged'],
    ['a planned failback, that stays', 'a 90d a b b b 90d b a a a', undefined, 'is a'],
    ['a failback while nobody looked', 'a b b b 90d a', undefined, 'serverChanged'],
    ['a failback over restarts', 'a | b | b b | 90d | a | a a', undefined, 'is a'],
    [
      'restarted each hour of the second server',
      'a b b b | 8h b | 8h b | 8h b a',
      undefined,
      'serverChanged',
    ],
    ['there and back, again and again', 'a b b b 90d a a a 90d b b b 90d a a a', undefined, 'is a'],
    ['it fails over and back within hours', 'a b b b 20h b a', undefined, 'severalServers'],
    ['… over restarts', 'a | b b b | 20h b | a', undefined, 'severalServers'],
    ['… and stays for ten minutes', 'a b b b 20h b a a 600s a', undefined, 'is a'],
    ['a name that moves: both for a while', 'a b a b b a b b 300s b b', undefined, 'severalServers'],
    ['a name that moves: the new one alone', 'a b a b b a b b 600s b b', undefined, 'is b'],
    ['a name that moves in the midst of a look', 'a a+b b b 600s b', undefined, 'is b'],
    ['a restored server, with a uuid of its own', 'a 2h b b b 2h c c c', undefined, 'is c'],
    ['many behind one name', 'a+b+c', undefined, 'severalServers'],
    ['many behind one name, days later', 'a+b 9d a+c', undefined, 'severalServers'],
    ['many that stay with one for hours', 'a 2h a b b b 2h b a', undefined, 'severalServers'],
    ['back before it was believed, over a restart', 'a b | a', undefined, 'severalServers'],
    ['another still, over a restart', 'a b | c', undefined, 'severalServers'],
    ['replaced, with a restart at each look', 'a | b | b | b b', undefined, 'is b'],
    ['several, with a restart at each look', 'a | b | a | a | a | a', undefined, 'severalServers'],
    ['a clock that was set back', 'b a', { server: b, others: [a], since: midnight + 9e9 }, 'severalServers'],
  ] satisfies [string, string, KnownServers | undefined, string][])('%s: %s', (_, looks, known, verdict) => {
    expect(verdictAfter(looks, known)).toBe(verdict)
  })

  test('servers that tell no uuid are told apart by name', () => {
    const names = new Set(['ch-0', 'ch-1'])
    const answering = noteSighting(
      resume(undefined),
      { uuids: new Set(), names },
      { elapsed: 0, now: midnight },
    )
    expect(objectionTo(answering, 'ch')?.code).toBe('severalServers')
    expect(isSettled(answering)).toBe(false)
  })

  test('a server that has another name since its restart is the same', () => {
    const at = { elapsed: 0, now: midnight }
    const one = noteSighting(resume(undefined), { uuids: new Set([a]), names: new Set(['pod-1']) }, at)
    expect(noteSighting(one, { uuids: new Set([a]), names: new Set(['pod-2']) }, at)).toBe(one)
  })

  test('what is kept does not change from look to look, however they come', () => {
    const first = keptOf(after('a b a'))
    expect(first).toEqual({ others: [a, b] })
    for (const more of ['b', 'a', 'a+b', 'b a b a', '60s b 60s a'])
      expect(keptOf(after(`a b a ${more}`))).toEqual(first)
    expect(keptOf(after('a b b'))).toEqual(keptOf(after('a b')))
    expect(keptOf(after('a b b b b b'))).toEqual(keptOf(after('a b b b')))
  })

  test('of a server that is the only one nothing more is kept, from the day after it took over', () => {
    expect(keptOf(after('a a a'))).toEqual({ server: a, others: [] })
    expect(keptOf(after('a b'))).toEqual({ others: [a], candidate: b })
    expect(keptOf(after('a b b b'))).toEqual({ server: b, others: [a], since: midnight + 15_000 })
    expect(keptOf(after('a b b b 1d b'))).toEqual({ server: b, others: [] })
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
