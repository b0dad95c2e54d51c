import { expect, test } from 'vitest'
import { whoseDeparture, type WhoseInput } from '../../../src/tenancy/departure/whose.ts'

const here = { installation: 'here' }
const former = { installation: 'former' }
const ours = { connection: 'datalens/ours' }
const theirs = { connection: 'datalens/theirs' }
const lost = { connection: 'datalens/lost' }

const base: WhoseInput = {
  installation: 'here',
  connection: ours.connection,
  mark: here,
  told: undefined,
  exists: name => name !== lost.connection,
  first: false,
  preceded: () => false,
}
const first = { first: true }
const preceded = { preceded: () => true }

test.each<readonly [string, Partial<WhoseInput>, ReturnType<typeof whoseDeparture>]>([
  ['the mark names us', { mark: { ...here, ...ours } }, 'ours'],
  [
    'the mark names us, whatever else is told',
    { mark: { ...here, ...ours }, told: theirs.connection },
    'ours',
  ],
  ['the mark names another', { mark: { ...here, ...theirs } }, 'theirs'],
  ['… and something else tells of us', { mark: { ...here, ...theirs }, told: ours.connection }, 'theirs'],
  ['the mark names one that is not there', { mark: { ...here, ...lost } }, 'unclear'],
  ['the mark names none, and we were not first, whoever else is there', {}, 'unclear'],
  ['… and we are told that it is ours', { told: ours.connection }, 'ours'],
  ['… and we are told that it is another’s', { told: theirs.connection }, 'theirs'],
  ['… and we are told of one that is not there', { told: lost.connection }, 'unclear'],
  ['the mark names none, and we were first, whoever contests it', first, 'ours'],
  ['… and were first, and another says it was, too', { ...first, ...preceded }, 'ours'],
  ['… and were first, and are told that it is another’s', { ...first, told: theirs.connection }, 'theirs'],
  ['the mark names another, and we were first', { ...first, mark: { ...here, ...theirs } }, 'theirs'],
  [
    'the mark names one that is not there, and we were first',
    { ...first, mark: { ...here, ...lost } },
    'unclear',
  ],
  ['the mark names none, and another was first', preceded, 'theirs'],
  [
    '… and another was first, and we are told that it is ours',
    { ...preceded, told: ours.connection },
    'ours',
  ],
  ['a former cluster’s mark names none, and we were first', { ...first, mark: former }, 'ours'],
  ['a former cluster’s mark names none, and another was first', { ...preceded, mark: former }, 'unclear'],
  ['a former cluster’s mark names none', { mark: former }, 'unclear'],
  ['a former cluster’s mark names one of our name', { mark: { ...former, ...ours } }, 'ours'],
  [
    'a former cluster’s mark names another, and we were first',
    { ...first, mark: { ...former, ...theirs } },
    'ours',
  ],
  ['a former cluster’s mark names another', { mark: { ...former, ...theirs } }, 'unclear'],
])('%s', (_name, change, expected) => {
  expect(whoseDeparture({ ...base, ...change })).toBe(expected)
})
