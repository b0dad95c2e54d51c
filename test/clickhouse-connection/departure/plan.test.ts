import { describe, expect, test } from 'vitest'
import { annotations } from '../../../src/api/labels.ts'
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
  const many = (count: number): Pick<Situation, 'endpoints' | 'tenants'> => {
    const names = Array.from({ length: count }, (_, at) => `t${String(at).padStart(3, '0')}`)
    const databases = Object.fromEntries(names.map(name => [`client_${name}`, mark({ name })]))
    return {
      tenants: {},
      endpoints: urls.map(url => answering(url, { databases, grants: Object.keys(databases) })),
    }
  }

  test('up to the limit they go', () => {
    expect(words(planConnection(aSight(many(5))))).toHaveLength(5)
    expect(judged(aSight(many(5))).short('SweepHeld')).toBe('False NothingToSweep')
  })

  test('beyond it nobody loses access, and the status says who and how to confirm', () => {
    const seen = aSight(many(30))
    expect(words(planConnection(seen))).toEqual([])
    const { short, message } = judged(seen)
    expect(short('SweepHeld')).toBe('True SweepHeld')
    expect(message('SweepHeld')).toContain('tenants/t000, tenants/t001')
    expect(message('SweepHeld')).toContain('and 10 more')
    expect(message('SweepHeld')).toContain('lenskeeper.dev/confirm-sweep: "30"')
    expect(message('SweepHeld')).not.toContain('another number')
    expect(short('Ready')).toBe('True Ready')
  })

  test('the confirmed number goes, another does not', () => {
    const confirmed = (count: string): Situation => ({
      ...many(30),
      annotations: { [annotations.confirmSweep]: count },
    })
    expect(words(planConnection(aSight(confirmed('30'))))).toHaveLength(30)
    for (const wrong of ['29', '31', '30x', '', '-30', '3e1']) {
      expect(words(planConnection(aSight(confirmed(wrong)))), wrong).toEqual([])
      expect(judged(aSight(confirmed(wrong))).message('SweepHeld')).toContain('another number than 30')
    }
  })

  test('a confirmation that is left behind is told of, as it would do for others too', () => {
    const left: Situation = { ...many(0), annotations: { [annotations.confirmSweep]: '30' } }
    expect(judged(aSight(left)).short('SweepHeld')).toBe('False NothingToSweep')
    expect(judged(aSight(left)).message('SweepHeld')).toContain('remove it')
    expect(judged(aSight(many(0))).message('SweepHeld')).not.toContain('remove it')
  })

  test('those who went before count, too', () => {
    const recentDepartures = 3
    expect(words(planConnection(aSight({ ...many(3), over: { recentDepartures } })))).toEqual([])
    expect(words(planConnection(aSight({ ...many(2), over: { recentDepartures } })))).toHaveLength(2)
  })
})
