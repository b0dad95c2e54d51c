import { expect, test } from 'vitest'
import { partnerKeyConditions } from '../../../src/api/status/partner-key.ts'
import { readySays, type Condition } from '../../../src/api/conditions.ts'
import { amiss } from '../../../src/cli/state/amiss.ts'

const at = '2026-03-01T10:00:00Z'

/** From lines such as `Ready False KeyLost: It is lost.` */
function conditions(...lines: readonly string[]): readonly Condition[] {
  return lines.map(line => {
    const [, type = '', status = '', reason = '', message = ''] = /^(\S+) (\S+) (\S+): (.*)$/.exec(line) ?? []
    return { type, status: status as Condition['status'], reason, message, lastTransitionTime: at }
  })
}

test.each([
  ['nothing', ['Ready True Ready: All is well.', 'Minting True Minting: They are minted.'], []],
  [
    'what shows in several conditions, once and in the words of the first',
    [
      'Ready False KeyLost: The key of version 1 is gone.',
      'Minting False KeyLost: So no token of 1:1 is made.',
      `RolledOut False KeyLost: ${readySays}`,
      'Stalled True KeyLost: The key of version 1 is gone.',
    ],
    ['KeyLost: The key of version 1 is gone.'],
  ],
  [
    'two causes',
    [
      'Ready False KeyVersionReused: Version 1 was another.',
      'Minting False ConnectionNotFound: There is none.',
    ],
    ['KeyVersionReused: Version 1 was another.', 'ConnectionNotFound: There is none.'],
  ],
  [
    'not what could not be looked at meanwhile',
    ['Ready False ConnectionNotFound: There is none.', 'Minting Unknown Blocked: It was not looked at.'],
    ['ConnectionNotFound: There is none.'],
  ],
])('it tells of %s', (_what, lines, expected) => {
  const told = amiss(conditions(...lines), partnerKeyConditions)
  expect(told.map(({ reason, message }) => `${reason}: ${message}`)).toEqual(expected)
})
