import { describe, expect, it } from 'vitest'
import type { EndpointSight } from '../../../src/tenancy/claim/endpoint.ts'
import { type DepartureInput, isGone, planDeparture } from '../../../src/tenancy/departure/departure.ts'
import { encodeMark, type Mark } from '../../../src/tenancy/mark.ts'

const tenant = { namespace: 'tenants', name: 'acme' }
const owned: Mark = { installation: 'here', ...tenant, state: 'owned', onDelete: 'Retain' }
const dropping: Mark = { ...owned, onDelete: 'Drop' }
const retired: Mark = { ...dropping, state: 'retired', retiredAt: 1000 }
const others: Mark = { ...dropping, name: 'rival' }
const elsewhere: Mark = { ...dropping, installation: 'there' }

function endpoints(...sights: readonly (Mark | 'missing' | 'down' | 'unmarked')[]): readonly EndpointSight[] {
  return sights.map((sight, at) => {
    const url = `ch${at + 1}`
    if (sight === 'down') return { url, reachable: false }
    if (sight === 'missing') return { url, reachable: true }
    return {
      url,
      reachable: true,
      database: { uuid: 'u', comment: sight === 'unmarked' ? '' : encodeMark(sight) },
    }
  })
}

const base: DepartureInput = {
  tenant,
  installation: 'here',
  inheritFrom: [],
  connection: 'datalens/default',
  endpoints: [],
  on: new Set(['ch1', 'ch2', 'ch3']),
  readableOn: new Set(['ch1', 'ch2']),
  accessReplicated: false,
  now: 5000,
  dropAfterMs: 100,
}

/** Steps as short texts: `revoke ch1+ch2`, `retire ch1`. */
function steps(change: Partial<DepartureInput>): readonly string[] {
  return planDeparture({ ...base, ...change }).steps.map(step =>
    step.kind === 'revoke' ? `revoke ${step.urls.join('+')}` : `retire ${step.url}`,
  )
}

describe('a tenant is gone', () => {
  it.each([
    ['not found', { kind: 'notFound' }, true],
    ['found, this database', { kind: 'found', database: 'a' }, false],
    ['found, another database', { kind: 'found', database: 'b' }, true],
    ['not to be known', { kind: 'unknown' }, false],
  ] as const)('%s: %s', (_name, live, expected) => {
    expect(isGone(live, 'a')).toBe(expected)
  })
})

describe('leaving', () => {
  it.each<readonly [string, Partial<DepartureInput>, readonly string[]]>([
    ['Retain', { endpoints: endpoints(owned, owned) }, ['revoke ch1+ch2']],
    ['Drop', { endpoints: endpoints(dropping, dropping) }, ['revoke ch1+ch2', 'retire ch1', 'retire ch2']],
    ['Retain, access gone already', { endpoints: endpoints(owned), readableOn: new Set() }, []],
    ['Drop, access gone already', { endpoints: endpoints(dropping), readableOn: new Set() }, ['retire ch1']],
    ['Drop, half done', { endpoints: endpoints(retired, dropping), readableOn: new Set() }, ['retire ch2']],
    ['Drop, done', { endpoints: endpoints(retired, retired), readableOn: new Set() }, []],
    ['retired but readable again', { endpoints: endpoints(retired) }, ['revoke ch1']],
    ['policies that differ', { endpoints: endpoints(owned, dropping) }, ['revoke ch1+ch2', 'retire ch2']],
    ['no database', { endpoints: endpoints('missing') }, []],
    ['no mark', { endpoints: endpoints('unmarked') }, []],
    ["another tenant's mark", { endpoints: endpoints(others) }, []],
    ["another installation's mark", { endpoints: endpoints(elsewhere) }, []],
    [
      "a former installation's mark",
      { endpoints: endpoints(elsewhere), inheritFrom: ['there'] },
      ['revoke ch1', 'retire ch1'],
    ],
    ["another's on one endpoint", { endpoints: endpoints(dropping, others) }, ['revoke ch1', 'retire ch1']],
    [
      "another's on one endpoint, access replicated",
      { endpoints: endpoints(dropping, others), accessReplicated: true },
      ['retire ch1'],
    ],
    [
      'access replicated',
      { endpoints: endpoints(owned, owned, 'missing'), accessReplicated: true },
      ['revoke ch1+ch2'],
    ],
    [
      'another connection’s on one endpoint',
      { endpoints: endpoints(dropping, dropping), on: new Set(['ch2']) },
      ['revoke ch2', 'retire ch2'],
    ],
    [
      'another connection’s on one endpoint, access replicated',
      { endpoints: endpoints(dropping, dropping), on: new Set(['ch2']), accessReplicated: true },
      ['retire ch2'],
    ],
    ['one endpoint down', { endpoints: endpoints(owned, 'down') }, ['revoke ch1']],
  ])('%s', (_name, change, expected) => {
    expect(steps(change)).toEqual(expected)
  })

  it('says what it could not see', () => {
    expect(planDeparture({ ...base, endpoints: endpoints('down', owned, 'down') }).unseen).toEqual([
      'ch1',
      'ch3',
    ])
  })

  it('writes the time and its own installation, over the mark that it read', () => {
    const { steps } = planDeparture({ ...base, inheritFrom: ['there'], endpoints: endpoints(elsewhere) })
    expect(steps.at(-1)).toEqual({
      kind: 'retire',
      url: 'ch1',
      expected: encodeMark(elsewhere),
      mark: {
        ...dropping,
        connection: 'datalens/default',
        state: 'retired',
        retiredAt: 5000,
        dropsAt: 5100,
      },
    })
  })

  it('retires nothing while no server says what time it is, and takes the access all the same', () => {
    expect(steps({ endpoints: endpoints(dropping), now: undefined })).toEqual(['revoke ch1'])
  })
})
