import { describe, expect, test } from 'vitest'
import { annotations } from '../../../src/api/labels.ts'
import { ClickHouseError } from '../../../src/clickhouse/errors.ts'
import { departedKey } from '../../../src/clickhouse-connection/departure/found/departed.ts'
import { planConnection } from '../../../src/clickhouse-connection/plan.ts'
import { markIn, readMark } from '../../../src/tenancy/mark.ts'
import {
  aSight,
  answering,
  down,
  judged,
  mark,
  now,
  urls,
  words,
  type Situation,
} from '../../builders/connection-observed.ts'

const left = { tenants: {} } as const
const drop = mark({ onDelete: 'Drop' })
const hour = 3_600_000

const both = (comment: string, grants: readonly string[] = ['client_1']) =>
  urls.map(url => answering(url, { databases: { client_1: comment }, grants }))

const byRole = (comment: string, grants: readonly string[]) =>
  urls.map(url =>
    answering(url, { databases: { client_1: comment }, grants, byRole: { analyst: ['client_1'] } }),
  )

const cases: readonly (readonly [string, Situation, readonly string[]])[] = [
  ['a tenant that is there', {}, []],
  ['a tenant that left', left, ['revokeRead client_1@12']],
  [
    'one that names another database now',
    { tenants: { 'tenants/acme': 'client_2' } },
    ['revokeRead client_1@12'],
  ],
  [
    'with Drop: access first',
    { ...left, endpoints: both(drop) },
    ['revokeRead client_1@12', 'retireDatabase client_1@1', 'retireDatabase client_1@2'],
  ],
  [
    'with Drop and no access left',
    { ...left, endpoints: both(drop, []) },
    ['retireDatabase client_1@1', 'retireDatabase client_1@2'],
  ],
  ['retained and without access: nothing is left to do', { ...left, endpoints: both(mark(), []) }, []],
  [
    'an endpoint is away: the rest is done now',
    { ...left, endpoints: [...both(mark()).slice(0, 1), down(urls[1])] },
    ['revokeRead client_1@1'],
  ],
  ['nothing but a role opens it: no REVOKE would take that', { ...left, endpoints: byRole(mark(), []) }, []],
  [
    'a role opens it beside a grant: the grant is taken',
    { ...left, endpoints: byRole(mark(), ['client_1']) },
    ['revokeRead client_1@12'],
  ],
  [
    'with Drop, and a role opens it',
    { ...left, endpoints: byRole(drop, []) },
    ['retireDatabase client_1@1', 'retireDatabase client_1@2'],
  ],
  ['another installation’s mark', { ...left, endpoints: both(mark({ installation: 'other' })) }, []],
  [
    'a mark that is inherited',
    { ...left, spec: { inheritFrom: ['other'] }, endpoints: both(mark({ installation: 'other' })) },
    ['revokeRead client_1@12'],
  ],
  ['a namespace out of sight', { ...left, endpoints: both(mark({ namespace: 'elsewhere' })) }, []],
  ['a spoilt mark', { ...left, endpoints: both(`${mark()} x`) }, []],
  ['no mark', { ...left, endpoints: both('') }, []],
  [
    'the mark is another tenant’s on one endpoint',
    {
      tenants: { 'tenants/winner': 'client_1' },
      endpoints: [...both(mark({ name: 'winner' })).slice(0, 1), ...both(mark()).slice(1)],
    },
    ['revokeRead client_1@2'],
  ],
  [
    'grants are somebody else’s',
    { ...left, spec: { reader: { user: 'datalens', management: 'External', grants: 'External' } } },
    [],
  ],
  [
    'grants are somebody else’s, with Drop',
    {
      ...left,
      spec: { reader: { user: 'datalens', management: 'External', grants: 'External' } },
      endpoints: both(drop),
    },
    ['retireDatabase client_1@1', 'retireDatabase client_1@2'],
  ],
  ['within the grace of the sweep', { ...left, departed: { agoMs: 599_000, noted: false } }, []],
  [
    'after the grace of the sweep',
    { ...left, departed: { agoMs: 600_000, noted: false } },
    ['revokeRead client_1@12'],
  ],
  [
    'within the grace, but let go before, as after a restart',
    { ...left, departed: { agoMs: 0, noted: false, letGo: true } },
    ['revokeRead client_1@12'],
  ],
  ['seen leaving: no grace', { ...left, departed: { agoMs: 5_000 } }, ['revokeRead client_1@12']],
  ['seen leaving a moment ago: others may follow', { ...left, departed: { agoMs: 4_999 } }, []],
  ['suspended', { ...left, spec: { suspend: true } }, []],
  ['dry-run', { ...left, over: { observing: true } }, []],
]

describe('departures', () => {
  test.each(cases)('%s', (_what, situation, steps) => {
    expect(words(planConnection(aSight(situation)))).toEqual(steps)
  })

  test('each step names the marks that it rests on', () => {
    const plan = planConnection(aSight({ ...left, endpoints: both(drop) }))
    const [revoke, retire] = plan.departures.tasks[0]?.steps ?? []
    expect(revoke).toMatchObject({ expected: new Map(urls.map(url => [url, drop])) })
    expect(retire).toMatchObject({ expected: drop })
    const written = retire?.kind === 'retireDatabase' ? readMark(retire.mark) : undefined
    expect(written).toMatchObject({
      mark: { state: 'retired', retiredAt: now, dropsAt: now + 168 * hour, onDelete: 'Drop', name: 'acme' },
    })
  })

  test('the time of the servers goes into the mark, the latest of them', () => {
    const [one, two] = urls
    const at = (url: string, time: number) =>
      answering(url, { databases: { client_1: drop }, grants: [], time })
    const seen = aSight({
      ...left,
      spec: { dropAfter: '2h' },
      endpoints: [at(one, now - hour), at(two, now + hour)],
      over: { now: now + 10_000 * hour },
    })
    const marks = planConnection(seen).departures.tasks.flatMap(({ steps }) =>
      steps.map(step => (step.kind === 'retireDatabase' ? markIn(step.mark) : undefined)),
    )
    expect(marks.map(each => [each?.retiredAt, each?.dropsAt])).toEqual(
      urls.map(() => [now + hour, now + 3 * hour]),
    )
  })

  test('looks again when the grace is over', () => {
    const plan = planConnection(aSight({ ...left, departed: { agoMs: 580_000, noted: false } }))
    expect(plan.outcome).toEqual({ kind: 'recheck', afterMs: 20_000 })
  })

  test('dry-run shows what would be done', () => {
    const plan = planConnection(aSight({ ...left, over: { observing: true } }))
    expect(plan.all.map(({ kind }) => kind)).toEqual(['revokeRead'])
  })
})

describe('many at once', () => {
  const many = (count: number, time = now): Pick<Situation, 'endpoints' | 'tenants'> => {
    const names = Array.from({ length: count }, (_, at) => `t${String(at).padStart(3, '0')}`)
    const databases = Object.fromEntries(names.map(name => [`client_${name}`, mark({ name })]))
    return {
      tenants: {},
      endpoints: urls.map(url => answering(url, { databases, grants: Object.keys(databases), time })),
    }
  }

  test('up to the limit they go', () => {
    expect(words(planConnection(aSight(many(5))))).toHaveLength(5)
    expect(judged(aSight(many(5))).short('SweepHeld')).toBe('False NothingToSweep')
  })

  test('beyond it nobody loses access, and the status says who, and what to type', () => {
    const seen = aSight(many(30))
    expect(words(planConnection(seen))).toEqual([])
    const { short, message, status } = judged(seen)
    expect(short('SweepHeld')).toBe('True SweepHeld')
    expect(message('SweepHeld')).toContain('30 tenants of namespace tenants are gone')
    expect(message('SweepHeld')).toContain('tenants/t000, tenants/t001')
    expect(message('SweepHeld')).toContain('and 10 more')
    expect(message('SweepHeld')).toContain('lenskeeper orphans default -n datalens')
    const [held] = status.held ?? []
    expect(held).toMatchObject({ takes: 'Access', count: 30, since: '2026-01-02T00:00:00Z' })
    expect(message('SweepHeld')).toContain(
      `kubectl -n datalens annotate --overwrite chconn default lenskeeper.dev/confirm-sweep=${held?.confirm}`,
    )
    expect(short('Ready')).toBe('True Ready')
  })

  /** What is seen after the status told of it, with this in the annotation. */
  const then = (
    situation: Situation,
    say: (confirm: string) => string = confirm => confirm,
    annotation: string = annotations.confirmSweep,
  ): Situation => {
    const { status } = judged(aSight(situation))
    const said = (status.held ?? []).map(({ confirm }) => confirm).join(',')
    return { ...situation, status, annotations: { [annotation]: say(said) } }
  }

  test('the confirmed ones go, and nothing else confirms them', () => {
    const plan = planConnection(aSight(then(many(30))))
    expect(words(plan)).toHaveLength(30)
    expect(plan.departures.confirmed.map(({ members }) => members.length)).toEqual([30])
    for (const wrong of ['29', '', '-30', '30-00000000']) {
      const seen = aSight(then(many(30), () => wrong))
      expect(words(planConnection(seen)), wrong).toEqual([])
      expect(judged(seen).message('SweepHeld')).toContain('says something else')
    }
    const other = then(many(30), undefined, annotations.confirmEmptying)
    expect(words(planConnection(aSight(other)))).toEqual([])
  })

  test('the confirmed ones go at once, also those that nobody saw leave', () => {
    const unseen = { ...many(30), departed: { agoMs: 0, noted: false } }
    expect(words(planConnection(aSight(then(unseen))))).toHaveLength(30)
  })

  test('those that nobody saw leave are told of until the grace is over', () => {
    const unseen = { ...many(2), departed: { agoMs: 130_000, noted: false } }
    const told = '2 tenants left unseen, and lose access once spec.sweep.grace is over'
    expect(judged(aSight(unseen)).message('SweepHeld')).toContain(told)
    expect(judged(aSight({ ...unseen, spec: { suspend: true } })).message('SweepHeld')).not.toContain(
      'unseen',
    )
    expect(judged(aSight(many(2))).message('SweepHeld')).not.toContain('unseen')
  })

  test('one alone is told why it is held: others left before', () => {
    const recentDepartures = new Map([['tenants', 24]])
    const message = judged(aSight({ ...many(1), over: { recentDepartures } })).message('SweepHeld')
    expect(message).toContain(
      '1 tenant of namespace tenants is gone, and with those that left within the last 10 minutes',
    )
    expect(message).toContain('wait until the others left longer ago')
  })

  test('the number alone confirms them if it was written while they wait', () => {
    expect(words(planConnection(aSight(then(many(30), () => '30'))))).toHaveLength(30)
    const said = { [annotations.confirmSweep]: '30' }
    const { status } = judged(aSight({ ...many(30), annotations: said }))
    const left = aSight({ ...many(30), status, annotations: said })
    expect(words(planConnection(left))).toEqual([])
    expect(judged(left).message('SweepHeld')).toContain('had this number before these waited')
  })

  test('a confirmation that is left behind does nothing more, and is told of', () => {
    const left = then(many(30))
    const rest = aSight({ ...left, ...many(0) })
    expect(judged(rest).short('SweepHeld')).toBe('False NothingToSweep')
    expect(judged(rest).message('SweepHeld')).toContain('confirms nothing any more')
    expect(judged(aSight(many(0))).message('SweepHeld')).not.toContain('annotation')
    const { status } = judged(rest)
    const again = aSight({ ...left, status, over: { now: now + hour } })
    expect(status.held).toBeUndefined()
    expect(words(planConnection(again))).toEqual([])
    const clock = { ...left, ...many(30), status, endpoints: many(30, now + hour).endpoints ?? [] }
    expect(judged(aSight(clock)).status.held?.[0]?.confirm).not.toBe(left.status?.held?.[0]?.confirm)
    expect(words(planConnection(aSight(clock)))).toEqual([])
  })

  test('one that is suspended uses no confirmation up', () => {
    const seen = aSight({ ...then(many(30)), spec: { suspend: true } })
    expect(planConnection(seen).departures.confirmed).toEqual([])
    expect(judged(seen).status.held).toHaveLength(1)
    expect(judged(seen).message('SweepHeld')).toContain('counts as soon as the connection may act')
  })

  test('a hold keeps its name while nothing can be seen of it', () => {
    const before = then(many(30), () => '')
    const away = judged(aSight({ ...before, endpoints: urls.map(url => down(url)) }))
    expect(away.status.held).toEqual(before.status?.held)
    expect(away.short('SweepHeld')).toBe('True SweepHeld')
    const half = judged(
      aSight({ ...before, endpoints: [...(many(30).endpoints ?? []).slice(1), down(urls[1])] }),
    )
    expect(half.status.held).toEqual(before.status?.held)
  })

  test('whoever was let go is not asked about again, and counts for nobody', () => {
    const seen = aSight(many(8))
    const departed = seen.departed.map(each => ({ ...each, letGo: each.name < 't006' }))
    expect(words(planConnection({ ...seen, departed }))).toHaveLength(8)
    const error = new ClickHouseError('missingPrivileges', 'no')
    const failed = new Map(
      departed
        .slice(0, 6)
        .map(each => [departedKey(each), { error, retryAt: seen.elapsed + 1, failures: 1 }] as const),
    )
    expect(words(planConnection({ ...seen, departed, failed }))).toHaveLength(2)
  })

  test('nobody is let go as long as it is not known who was before, but those that a person confirms', () => {
    const waiting = { waitMs: 30_000, waitsUntil: '2026-01-02T00:00:30Z' }
    const few = aSight({ ...many(2), over: waiting })
    expect(words(planConnection(few))).toEqual([])
    expect(planConnection(few).outcome).toEqual({ kind: 'recheck', afterMs: 30_000 })
    expect(judged(few).status.waitsUntil).toBe(waiting.waitsUntil)
    expect(judged(few).message('SweepHeld')).toContain('before 2026-01-02T00:00:30Z')
    expect(words(planConnection(aSight({ ...then(many(30)), over: waiting })))).toHaveLength(30)
    const letGo = few.departed.map(each => ({ ...each, letGo: true }))
    expect(words(planConnection({ ...few, departed: letGo }))).toHaveLength(2)
  })

  test('a namespace that deletes all of its own holds up no other', () => {
    const both = ['a', 'b'].flatMap(namespace =>
      Array.from({ length: namespace === 'a' ? 8 : 2 }, (_, at) => ({ namespace, name: `t${at}` })),
    )
    const databases = Object.fromEntries(
      both.map(each => [`client_${each.namespace}${each.name}`, mark(each)]),
    )
    const endpoints = urls.map(url => answering(url, { databases, grants: Object.keys(databases) }))
    const seen = aSight({ tenants: {}, endpoints })
    expect(words(planConnection(seen))).toEqual(['revokeRead client_bt0@12', 'revokeRead client_bt1@12'])
    expect(judged(seen).message('SweepHeld')).toMatch(/^8 tenants of namespace a are gone/)
  })

  test('namespaces that are held since different times are so after a restart, and hold up nobody', () => {
    const left = (
      { agoMs, time = now }: { readonly agoMs: Readonly<Record<string, number>>; readonly time?: number },
      status?: Situation['status'],
    ) => {
      const all = Object.keys(agoMs).flatMap(namespace =>
        Array.from({ length: namespace === 'c' ? 1 : 8 }, (_, at) => ({ namespace, name: `t${at}` })),
      )
      const databases = Object.fromEntries(
        all.map(each => [`client_${each.namespace}${each.name}`, mark(each)]),
      )
      const endpoints = urls.map(url => answering(url, { databases, grants: Object.keys(databases), time }))
      const seen = aSight({ tenants: {}, endpoints, ...(status === undefined ? {} : { status }) })
      const departed = seen.departed.map(each => ({
        ...each,
        since: seen.elapsed - (agoMs[each.namespace] ?? 0),
      }))
      return { ...seen, departed }
    }
    const [first] = judged(left({ agoMs: { a: 0 } })).status.held ?? []
    const both = left(
      { agoMs: { a: hour, b: 0 }, time: now + hour },
      { held: first === undefined ? [] : [first] },
    )
    const { held } = judged(both).status
    expect(held?.map(({ count }) => count)).toEqual([8, 8])
    expect(held).toContainEqual(first)
    const status = held === undefined ? {} : { held }
    const later = left({ agoMs: { a: 0, b: 0, c: 5_000 }, time: now + 2 * hour }, status)
    expect(judged(later).status.held).toEqual(held)
    expect(words(planConnection(later))).toEqual(['revokeRead client_ct0@12'])
  })

  test('those who went before count, too', () => {
    const recentDepartures = new Map([['tenants', 3]])
    expect(words(planConnection(aSight({ ...many(3), over: { recentDepartures } })))).toEqual([])
    expect(words(planConnection(aSight({ ...many(2), over: { recentDepartures } })))).toHaveLength(2)
  })
})
