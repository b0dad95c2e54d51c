import { describe, expect, it } from 'vitest'
import { type ClaimInput, decideClaim } from '../../../src/tenancy/claim/claim.ts'
import type { TenantName } from '../../../src/tenancy/claim/endpoint.ts'
import { encodeMark } from '../../../src/tenancy/mark.ts'
import {
  other,
  uuid,
  uuid2,
  noUuid,
  mine,
  retired,
  theirs,
  theirsRetired,
  elsewhere,
  othersElsewhere,
  endpoints,
  fresh,
  rival,
  short,
  unmarked,
  malformed,
  lives,
  assigned,
  settled,
} from './claim-input.ts'

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
  ['gone, an empty one allowed', { ...settled, recreate: 'this' }, 'create create'],
  ['gone from one: a new replica', { ...settled, endpoints: endpoints(mine, 'missing') }, 'ok create'],
  [
    'gone from those that can be seen',
    { ...settled, endpoints: endpoints('missing', 'down') },
    'wait unreachable',
  ],
  [
    'gone from those that can be seen, an empty one allowed',
    { ...settled, endpoints: endpoints('missing', 'down'), recreate: 'this' },
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
    ['allowed to be empty', { ...settled, recreate: 'this' }, undefined, false],
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
