import { describe, expect, it } from 'vitest'
import type { EndpointSight } from '../../../src/tenancy/claim/endpoint.ts'
import {
  judgeRetirement,
  type Retirement,
  type RetirementInput,
} from '../../../src/tenancy/departure/emptying.ts'
import { encodeMark, type Mark } from '../../../src/tenancy/mark.ts'

const tenant = { namespace: 'tenants', name: 'acme' }
const owned: Mark = { installation: 'here', ...tenant, state: 'owned', onDelete: 'Drop' }
const retired: Mark = { ...owned, state: 'retired', retiredAt: 1_000, dropsAt: 2_000 }

type Shown = Mark | 'missing' | 'down' | 'unmarked' | 'malformed'

function endpoints(...shown: readonly Shown[]): readonly EndpointSight[] {
  return shown.map((each, at) => {
    const url = `ch${at + 1}`
    if (each === 'down') return { url, reachable: false }
    if (each === 'missing') return { url, reachable: true }
    const text = typeof each === 'object' ? encodeMark(each) : each === 'malformed' ? 'lenskeeper/v9' : ''
    return { url, reachable: true, database: { uuid: 'u', comment: text } }
  })
}

const base: RetirementInput = {
  tenant,
  installation: 'here',
  inheritFrom: [],
  endpoints: endpoints(retired, retired),
  claimed: false,
  dropAfterMs: 0,
}
const dueAt = (at: number): Retirement => ({ kind: 'retired', due: { at, asksFrom: at } })
const otherMark: Retirement = { kind: 'contested', by: 'mark' }
const incomplete: Retirement = { kind: 'incomplete' }

describe('whether a retired database may be emptied', () => {
  it.each<readonly [string, Partial<RetirementInput>, Retirement]>([
    ['retired on every endpoint', {}, dueAt(2_000)],
    ['only one has it', { endpoints: endpoints('missing', retired) }, dueAt(2_000)],
    [
      'one was retired later',
      { endpoints: endpoints(retired, { ...retired, dropsAt: 9_000 }) },
      dueAt(9_000),
    ],
    ['by a longer dropAfter', { dropAfterMs: 7_000 }, dueAt(8_000)],
    ['one cannot be seen', { endpoints: endpoints(retired, 'down') }, incomplete],
    ['one is not retired yet', { endpoints: endpoints(retired, owned) }, incomplete],
    ['a tenant that exists names it', { claimed: true }, { kind: 'contested', by: 'tenant' }],
    ['another tenant’s on one', { endpoints: endpoints(retired, { ...owned, name: 'rival' }) }, otherMark],
    [
      'another tenant’s on one, which left as well',
      { endpoints: endpoints(retired, { ...retired, name: 'rival' }) },
      otherMark,
    ],
    ['another’s on one, and one cannot be seen', { endpoints: endpoints('unmarked', 'down') }, otherMark],
    [
      'another installation’s on one',
      { endpoints: endpoints({ ...retired, installation: 'there' }, retired) },
      otherMark,
    ],
    [
      'of an installation that is inherited',
      { endpoints: endpoints({ ...retired, installation: 'there' }, retired), inheritFrom: ['there'] },
      dueAt(2_000),
    ],
    ['no mark on one', { endpoints: endpoints(retired, 'unmarked') }, otherMark],
    ['a mark that cannot be read on one', { endpoints: endpoints(retired, 'malformed') }, otherMark],
  ])('%s', (_what, change, expected) => {
    expect(judgeRetirement({ ...base, ...change })).toEqual(expected)
  })
})
