/** When a mark says which connection its tenant belongs to. */
import { expect, test } from 'vitest'
import { type ClaimInput, decideClaim } from '../../../src/tenancy/claim/claim.ts'
import type { Mark } from '../../../src/tenancy/mark.ts'
import { endpoints, fresh, lives, mine, retired, short, theirs } from './claim-input.ts'

const { connection } = fresh
const named: Mark = { ...mine, connection }
const namedOther: Mark = { ...mine, connection: 'datalens/other' }
const ifWritten = { naming: 'ifWritten' } as const
const needed = { naming: 'needed' } as const

/** What would be done, and the connection that the mark then names. */
function decided(change: Partial<ClaimInput>): string {
  const claim = decideClaim({ ...fresh, ...change })
  return claim.verdict === 'claim' ? `${short(claim)}: ${claim.mark.connection ?? ''}` : short(claim)
}

test.each<readonly [string, Partial<ClaimInput>, string]>([
  ['made while there is one connection', {}, 'create create: '],
  ['made while there are more', ifWritten, `create create: ${connection}`],
  ['at rest without, alone', { endpoints: endpoints(mine) }, 'ok: '],
  [
    'at rest without, others lead elsewhere',
    { endpoints: endpoints(mine), ...ifWritten },
    `ok: ${connection}`,
  ],
  [
    'at rest without, another leads there',
    { endpoints: endpoints(mine, named), ...needed },
    `updateMark ok: ${connection}`,
  ],
  ['at rest with, and alone by now', { endpoints: endpoints(named) }, 'ok: '],
  ['at rest with, another leads there', { endpoints: endpoints(named), ...needed }, `ok: ${connection}`],
  [
    'another policy, others lead elsewhere',
    { endpoints: endpoints({ ...mine, onDelete: 'Drop' }), ...ifWritten },
    `updateMark: ${connection}`,
  ],
  [
    'back from retirement',
    { endpoints: endpoints({ ...retired, connection }), ...needed },
    `revive: ${connection}`,
  ],
  [
    'of a connection that the tenant had before',
    { endpoints: endpoints(namedOther), ...ifWritten },
    `updateMark: ${connection}`,
  ],
  ['of one that it had before, which is gone', { endpoints: endpoints(namedOther) }, 'updateMark: '],
  [
    'another tenant’s of this connection',
    { endpoints: endpoints({ ...theirs, connection }), ...lives },
    'DatabaseOwnedElsewhere otherTenant',
  ],
])('a mark %s', (_name, change, expected) => {
  expect(decided(change)).toBe(expected)
})
