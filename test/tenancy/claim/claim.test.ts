import * as fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { type Claim, type ClaimInput, decideClaim, type Rival } from '../../../src/tenancy/claim/claim.ts'
import type { EndpointSight, TenantName } from '../../../src/tenancy/claim/endpoint.ts'
import { encodeMark, type Mark, readMark } from '../../../src/tenancy/mark.ts'

const self = { namespace: 'tenants', name: 'acme' }
const other = { namespace: 'secret-ns', name: 'rival' }
const here = 'cluster-here'
const uuid = '11111111-2222-4333-8444-555555555555'
const uuid2 = '22222222-2222-4333-8444-555555555555'
const noUuid = '00000000-0000-0000-0000-000000000000'

const mine: Mark = { installation: here, ...self, state: 'owned', onDelete: 'Retain' }
const retired: Mark = { ...mine, state: 'retired', onDelete: 'Drop', retiredAt: 0 }
const theirs: Mark = { ...mine, ...other }
const theirsRetired: Mark = { ...retired, ...other }
const elsewhere: Mark = { ...mine, installation: 'cluster-there' }
const othersElsewhere: Mark = { ...theirs, installation: 'cluster-there' }

type Sight = Mark | 'missing' | 'down' | { readonly comment: string; readonly uuid?: string }

function endpoints(...sights: readonly Sight[]): readonly EndpointSight[] {
  return sights.map((sight, at) => {
    const url = `http://ch${at + 1}`
    if (sight === 'down') return { url, reachable: false }
    if (sight === 'missing') return { url, reachable: true }
    const found = 'comment' in sight ? { uuid, ...sight } : { uuid, comment: encodeMark(sight) }
    return { url, reachable: true, database: found }
  })
}

const fresh: ClaimInput = {
  installation: here,
  inheritFrom: [],
  self,
  creationTimestamp: '2026-03-01T12:00:00Z',
  database: 'client_1',
  wantedOnDelete: 'Retain',
  ownerLives: () => false,
  rivals: [],
  endpoints: endpoints('missing', 'missing'),
  knownBefore: false,
  holdsToken: false,
  recreateConfirmed: false,
}

function rival(change: Partial<Rival> = {}): Rival {
  const creationTimestamp = '2026-01-01T12:00:00Z'
  return { ...other, creationTimestamp, eligible: true, assigned: false, knownBefore: false, ...change }
}

/** The verdict in one word, or what would be done on each endpoint. */
function short(claim: Claim): string {
  if (claim.verdict === 'claim') return claim.actions.map(action => action.kind).join(' ')
  return claim.verdict === 'refuse' ? `${claim.reason} ${claim.cause}` : `wait ${claim.why}`
}

const unmarked = { comment: 'made by hand' }
const malformed = { comment: `${encodeMark(mine)} ` }
const lives = { ownerLives: () => true }
const assigned = { assignedTo: self }
const settled = { knownBefore: true, holdsToken: true, knownUuid: uuid }

type Case = readonly [name: string, change: Partial<ClaimInput>, expected: string]

const marks: readonly Case[] = [
  ['a free name', {}, 'create create'],
  ['ours everywhere', { endpoints: endpoints(mine, mine) }, 'ok ok'],
  ['half made before a crash', { endpoints: endpoints(mine, 'missing') }, 'ok create'],
  ['ours, retired', { endpoints: endpoints(retired, retired) }, 'revive revive'],
  ['ours, retired on one only', { endpoints: endpoints(retired, mine) }, 'revive ok'],
  ['ours with another policy', { endpoints: endpoints({ ...mine, onDelete: 'Drop' }) }, 'updateMark'],
  ["another's, who lives", { endpoints: endpoints(theirs), ...lives }, 'DatabaseOwnedElsewhere otherTenant'],
  ["another's, who is gone", { endpoints: endpoints(theirs) }, 'DatabaseOwnedElsewhere otherTenant'],
  ["another's, retired", { endpoints: endpoints(theirsRetired) }, 'NameRetired retired'],
  [
    "another's, retired but back",
    { endpoints: endpoints(theirsRetired), ...lives },
    'DatabaseOwnedElsewhere otherTenant',
  ],
  [
    "another installation's, same name",
    { endpoints: endpoints(elsewhere) },
    'DatabaseOwnedElsewhere otherInstallation',
  ],
  ['unmarked', { endpoints: endpoints(unmarked) }, 'DatabaseUnmarked unmarked'],
  ['without comment', { endpoints: endpoints({ comment: '' }) }, 'DatabaseUnmarked unmarked'],
  ['malformed', { endpoints: endpoints(malformed) }, 'DatabaseOwnedElsewhere malformedMark'],
  ['unmarked on the second only', { endpoints: endpoints('missing', unmarked) }, 'DatabaseUnmarked unmarked'],
  [
    "another's on the second only",
    { endpoints: endpoints(mine, theirs), ...settled },
    'DatabaseOwnedElsewhere otherTenant',
  ],
  [
    "unmarked here, another's there",
    { endpoints: endpoints(unmarked, theirs) },
    'DatabaseOwnedElsewhere otherTenant',
  ],
  [
    "another's there, unmarked here",
    { endpoints: endpoints(theirs, unmarked) },
    'DatabaseOwnedElsewhere otherTenant',
  ],
  [
    'a conflict is known although one is down',
    { endpoints: endpoints('down', unmarked) },
    'DatabaseUnmarked unmarked',
  ],
]

const inherited: readonly Case[] = [
  [
    'ours from a former cluster',
    { endpoints: endpoints(elsewhere, mine), inheritFrom: ['cluster-there'] },
    'updateMark ok',
  ],
  [
    'retired in a former cluster',
    { endpoints: endpoints({ ...retired, installation: 'old' }), inheritFrom: ['old'] },
    'revive',
  ],
  [
    "another's from a former cluster",
    { endpoints: endpoints(othersElsewhere), inheritFrom: ['cluster-there'] },
    'DatabaseOwnedElsewhere otherTenant',
  ],
  [
    "another's from a former cluster, assigned",
    { endpoints: endpoints(othersElsewhere), inheritFrom: ['cluster-there'], ...assigned },
    'adopt',
  ],
  [
    'from a third cluster',
    { endpoints: endpoints(elsewhere), inheritFrom: ['x'] },
    'DatabaseOwnedElsewhere otherInstallation',
  ],
]

const assignments: readonly Case[] = [
  ['adopts an unmarked one', { endpoints: endpoints(unmarked, unmarked), ...assigned }, 'adopt adopt'],
  [
    'adopts one that is not everywhere',
    { endpoints: endpoints(unmarked, 'missing'), ...assigned },
    'adopt create',
  ],
  ['adopts a malformed one', { endpoints: endpoints(malformed), ...assigned }, 'adopt'],
  ["hands over an absent owner's", { endpoints: endpoints(theirs), ...assigned }, 'adopt'],
  ['frees a retired name', { endpoints: endpoints(theirsRetired), ...assigned }, 'adopt'],
  [
    'not from a living owner',
    { endpoints: endpoints(theirs), ...assigned, ...lives },
    'DatabaseOwnedElsewhere otherTenant',
  ],
  [
    'not from a living owner whose mark is retired',
    { endpoints: endpoints(theirsRetired), ...assigned, ...lives },
    'DatabaseOwnedElsewhere otherTenant',
  ],
  [
    'not from another installation, which cannot be seen',
    { endpoints: endpoints(othersElsewhere), ...assigned },
    'DatabaseOwnedElsewhere otherInstallation',
  ],
  ['needs every endpoint', { endpoints: endpoints(unmarked, 'down'), ...assigned }, 'wait unreachable'],
  [
    'needs every endpoint even later',
    { endpoints: endpoints(mine, unmarked, 'down'), ...assigned, ...settled, knownUuid: uuid2 },
    'wait unreachable',
  ],
  ['to another: a free name', { assignedTo: other }, 'DatabaseOwnedElsewhere assignedToOther'],
  [
    'to another: an unmarked one',
    { endpoints: endpoints(unmarked), assignedTo: other },
    'DatabaseUnmarked unmarked',
  ],
  ['to another: but ours already', { endpoints: endpoints(mine), assignedTo: other }, 'ok'],
  ['goes before an older rival', { ...assigned, rivals: [rival()] }, 'create create'],
  [
    'not against a living tenant that had it',
    { ...assigned, rivals: [rival({ knownBefore: true })] },
    'DatabaseOwnedElsewhere otherTenant',
  ],
  [
    'not of an unmarked one that a living tenant had',
    { endpoints: endpoints(unmarked), ...assigned, rivals: [rival({ knownBefore: true, eligible: false })] },
    'DatabaseOwnedElsewhere otherTenant',
  ],
]

const younger = '2026-06-01T12:00:00Z'
const rivals: readonly Case[] = [
  ['an older one goes first', { rivals: [rival()] }, 'wait olderRival'],
  ['an older one that may not', { rivals: [rival({ eligible: false })] }, 'create create'],
  ['a younger one', { rivals: [rival({ creationTimestamp: younger })] }, 'create create'],
  [
    'a younger one that is assigned',
    { rivals: [rival({ creationTimestamp: younger, assigned: true })] },
    'wait olderRival',
  ],
  ['both assigned, the other older', { ...assigned, rivals: [rival({ assigned: true })] }, 'wait olderRival'],
  [
    'same second, lesser name first',
    { rivals: [rival({ creationTimestamp: fresh.creationTimestamp })] },
    'wait olderRival',
  ],
  [
    'same second, greater name later',
    { rivals: [rival({ creationTimestamp: fresh.creationTimestamp, namespace: 'z' })] },
    'create create',
  ],
  ['an unsealed Secret does not jump the queue', { knownBefore: true, rivals: [rival()] }, 'wait olderRival'],
  ['the holder of the mark has it', { endpoints: endpoints(mine), rivals: [rival()] }, 'ok'],
  [
    'the holder of half the marks has it',
    { endpoints: endpoints(mine, 'missing'), rivals: [rival()] },
    'ok create',
  ],
  [
    'one that had it keeps the name, however young and barred, after its database was dropped',
    { rivals: [rival({ knownBefore: true, eligible: false, creationTimestamp: younger })] },
    'DatabaseOwnedElsewhere otherTenant',
  ],
]

const losses: readonly Case[] = [
  ['gone from every endpoint', { ...settled }, 'DatabaseLost missing'],
  ['gone, known from the status alone', { knownBefore: true }, 'DatabaseLost missing'],
  ['gone, an older rival waits', { ...settled, rivals: [rival()] }, 'DatabaseLost missing'],
  ['gone, an empty one allowed', { ...settled, recreateConfirmed: true }, 'create create'],
  ['gone from one: a new replica', { ...settled, endpoints: endpoints(mine, 'missing') }, 'ok create'],
  [
    'gone from those that can be seen',
    { ...settled, endpoints: endpoints('missing', 'down') },
    'wait unreachable',
  ],
  [
    'gone from those that can be seen, an empty one allowed',
    { ...settled, endpoints: endpoints('missing', 'down'), recreateConfirmed: true },
    'wait unreachable',
  ],
  ['mark removed, same uuid', { ...settled, endpoints: endpoints({ comment: '' }, mine) }, 'restore ok'],
  ['mark removed everywhere, same uuid', { ...settled, endpoints: endpoints({ comment: '' }) }, 'restore'],
  ['mark spoilt, same uuid', { ...settled, endpoints: endpoints(malformed) }, 'restore'],
  [
    "mark edited to another's",
    { ...settled, endpoints: endpoints(theirs) },
    'DatabaseOwnedElsewhere otherTenant',
  ],
  [
    'mark removed, another uuid',
    { ...settled, endpoints: endpoints({ comment: '', uuid: uuid2 }) },
    'DatabaseUnmarked unmarked',
  ],
  [
    'mark removed, uuid from a status that no sealed token backs',
    { knownBefore: true, knownUuid: uuid, endpoints: endpoints({ comment: '' }) },
    'DatabaseUnmarked unmarked',
  ],
  [
    'an engine without uuids',
    { ...settled, knownUuid: noUuid, endpoints: endpoints({ comment: '', uuid: noUuid }) },
    'DatabaseUnmarked unmarked',
  ],
]

const outages: readonly Case[] = [
  ['first token, one down', { endpoints: endpoints('missing', 'down') }, 'wait unreachable'],
  ['first token, ours on the other', { endpoints: endpoints(mine, 'down') }, 'wait unreachable'],
  ['first token, all down', { endpoints: endpoints('down', 'down') }, 'wait unreachable'],
  ['no endpoints at all', { endpoints: [] }, 'wait unreachable'],
  ['later, one down', { ...settled, endpoints: endpoints(mine, 'down') }, 'ok'],
  ['later, one down, one new', { ...settled, endpoints: endpoints('down', mine, 'missing') }, 'ok create'],
  ['later, one down, one retired', { ...settled, endpoints: endpoints('down', retired) }, 'revive'],
  ['later, all down', { ...settled, endpoints: endpoints('down', 'down') }, 'wait unreachable'],
]

describe.each([
  ['marks', marks],
  ['marks of former clusters', inherited],
  ['assignments', assignments],
  ['rivals', rivals],
  ['losses', losses],
  ['outages', outages],
])('%s', (_name, cases) => {
  it.each(cases)('%s', (_case, change, expected) => {
    expect(short(decideClaim({ ...fresh, ...change }))).toBe(expected)
  })
})

describe('a claim', () => {
  it('says what the comment is to be', () => {
    expect(decideClaim({ ...fresh, wantedOnDelete: 'Drop', endpoints: endpoints(retired) })).toMatchObject({
      mark: { ...mine, onDelete: 'Drop' },
    })
    expect(decideClaim({ ...fresh, endpoints: endpoints(retired) })).not.toHaveProperty('mark.retiredAt')
  })

  it('writes over exactly the comment that was judged, once the former owner is proved gone', () => {
    expect(
      decideClaim({ ...fresh, ...assigned, endpoints: endpoints(theirs, unmarked, malformed) }),
    ).toMatchObject({
      actions: [
        { url: 'http://ch1', expected: encodeMark(theirs), formerOwner: other },
        { url: 'http://ch2', expected: 'made by hand' },
        { url: 'http://ch3', expected: malformed.comment },
      ],
    })
  })

  it('asks about the owner that the mark names', () => {
    const asked: TenantName[] = []
    const ownerLives = (owner: TenantName): boolean => asked.push(owner) > 0
    decideClaim({ ...fresh, ...assigned, ownerLives, endpoints: endpoints(theirs) })
    expect(asked[0]).toEqual(other)
  })

  it.each([
    [
      'the one it had',
      { endpoints: endpoints({ comment: encodeMark(mine), uuid: uuid2 }, mine), ...settled },
      uuid,
      false,
    ],
    [
      'another than it had',
      { endpoints: endpoints({ comment: encodeMark(mine), uuid: uuid2 }), ...settled },
      uuid2,
      true,
    ],
    [
      'another, but one endpoint is not seen',
      { endpoints: endpoints({ comment: encodeMark(mine), uuid: uuid2 }, 'down'), ...settled },
      uuid2,
      false,
    ],
    ['never known', { endpoints: endpoints(mine) }, uuid, false],
    ['nowhere yet', {}, undefined, false],
    ['allowed to be empty', { ...settled, recreateConfirmed: true }, undefined, false],
    ['no real uuid', { endpoints: endpoints({ comment: encodeMark(mine), uuid: noUuid }) }, undefined, false],
  ] as const)('knows the uuid: %s', (_name, change, expected, replaced) => {
    expect(decideClaim({ ...fresh, ...change })).toMatchObject({ verdict: 'claim', uuid: expected, replaced })
  })

  it('tells a refused tenant nothing about others', () => {
    const all = [...marks, ...inherited, ...assignments, ...rivals, ...losses, ...outages]
    const texts = all.flatMap(([, change]) => {
      const claim = decideClaim({ ...fresh, ...change })
      return 'message' in claim ? [claim.message] : []
    })
    expect(texts.length).toBeGreaterThan(30)
    for (const text of texts) {
      expect(text).toContain('client_1')
      expect(text).not.toMatch(/secret-ns|rival|cluster-|http|made by hand|1111-|2026/)
    }
  })
})

describe('whatever the world looks like', () => {
  const sights = fc.constantFrom<Sight>(
    'missing',
    'down',
    mine,
    retired,
    theirs,
    theirsRetired,
    elsewhere,
    othersElsewhere,
    unmarked,
    malformed,
  )
  const worlds = fc.record({
    sights: fc.array(sights, { minLength: 1, maxLength: 3 }),
    selfOlder: fc.boolean(),
    assignedTo: fc.constantFrom(undefined, self, other),
    known: fc.record({ self: fc.boolean(), other: fc.boolean() }),
    tokens: fc.record({ self: fc.boolean(), other: fc.boolean() }),
    eligible: fc.boolean(),
    inherits: fc.boolean(),
    recreateConfirmed: fc.boolean(),
    knownUuid: fc.constantFrom(undefined, uuid, uuid2),
  })
  type World = typeof worlds extends fc.Arbitrary<infer T> ? T : never

  function asSeenBy(who: 'self' | 'other', world: World): Claim {
    const [me, them] = who === 'self' ? [self, other] : [other, self]
    const theirSide = who === 'self' ? 'other' : 'self'
    const iAmOlder = (who === 'self') === world.selfOlder
    const times = ['2026-01-01T00:00:00Z', '2026-01-02T00:00:00Z'] as const
    const isAssigned = (name: TenantName): boolean => world.assignedTo === name
    return decideClaim({
      ...fresh,
      self: me,
      creationTimestamp: times[iAmOlder ? 0 : 1],
      assignedTo: world.assignedTo,
      inheritFrom: world.inherits ? ['cluster-there'] : [],
      ownerLives: owner => owner.name === them.name,
      knownBefore: world.known[who] || world.tokens[who],
      holdsToken: world.tokens[who],
      knownUuid: world.knownUuid,
      recreateConfirmed: world.recreateConfirmed,
      rivals: [
        {
          ...them,
          creationTimestamp: times[iAmOlder ? 1 : 0],
          eligible: world.eligible,
          assigned: isAssigned(them),
          knownBefore: world.known[theirSide] || world.tokens[theirSide],
        },
      ],
      endpoints: endpoints(...world.sights),
    })
  }

  it('two living tenants never both claim one name', () => {
    fc.assert(
      fc.property(worlds, world => {
        fc.pre(world.eligible && !(world.tokens.self && world.tokens.other))
        const verdicts = [asSeenBy('self', world).verdict, asSeenBy('other', world).verdict]
        expect(verdicts.filter(verdict => verdict === 'claim').length).toBeLessThan(2)
      }),
      { numRuns: 3000 },
    )
  })

  it('a mark of a living other, or of another installation, is never written over', () => {
    fc.assert(
      fc.property(worlds, world => {
        const claim = asSeenBy('self', world)
        if (claim.verdict !== 'claim') return
        for (const action of claim.actions) {
          const read = 'expected' in action ? readMark(action.expected) : undefined
          if (read?.kind !== 'mark') continue
          expect(read.mark.name).toBe(self.name)
          if (!world.inherits) expect(read.mark.installation).toBe(here)
        }
      }),
      { numRuns: 3000 },
    )
  })

  it('the order of endpoints changes nothing but the order of actions', () => {
    fc.assert(
      fc.property(worlds, world => {
        const turned = { ...world, sights: world.sights.toReversed() }
        const claims = [asSeenBy('self', world), asSeenBy('self', turned)].map(short)
        expect(claims[0]?.split(' ').sort()).toEqual(claims[1]?.split(' ').sort())
      }),
    )
  })

  it('a tenant without a token claims only when every endpoint is seen, and none is foreign', () => {
    fc.assert(
      fc.property(worlds, world => {
        const claim = asSeenBy('self', world)
        if (claim.verdict !== 'claim') return
        if (!world.tokens.self) expect(world.sights).not.toContain('down')
        expect(claim.actions).toHaveLength(world.sights.filter(sight => sight !== 'down').length)
      }),
      { numRuns: 1000 },
    )
  })
})
