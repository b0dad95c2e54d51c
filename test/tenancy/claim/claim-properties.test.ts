import * as fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { type Claim, decideClaim } from '../../../src/tenancy/claim/claim.ts'
import type { TenantName } from '../../../src/tenancy/claim/endpoint.ts'
import { readMark } from '../../../src/tenancy/mark.ts'
import {
  self,
  other,
  here,
  uuid,
  uuid2,
  mine,
  retired,
  theirs,
  theirsRetired,
  elsewhere,
  othersElsewhere,
  type Sight,
  endpoints,
  fresh,
  short,
  unmarked,
  malformed,
} from './claim-input.ts'

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
    recreate: fc.constantFrom('this', 'another', undefined),
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
      recreate: world.recreate,
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
