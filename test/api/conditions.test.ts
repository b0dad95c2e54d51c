import { assert, constantFrom, property, record, string, uniqueArray } from 'fast-check'
import { describe, expect, it } from 'vitest'
import {
  type Condition,
  type ConditionUpdate,
  findCondition,
  mergeConditions,
  messageOf,
} from '../../src/api/conditions.ts'

const early = Date.parse('2026-01-01T00:00:00.900Z')
const late = Date.parse('2026-01-02T00:00:00Z')

function update(type: string, status: Condition['status'], reason = 'R', message = 'm'): ConditionUpdate {
  return { type, status, reason, message }
}

describe('mergeConditions', () => {
  it('stamps a new condition with the time in whole seconds and with the generation', () => {
    expect(mergeConditions(undefined, [update('Ready', 'True')], { generation: 3, now: early })).toEqual([
      {
        type: 'Ready',
        status: 'True',
        reason: 'R',
        message: 'm',
        lastTransitionTime: '2026-01-01T00:00:00Z',
        observedGeneration: 3,
      },
    ])
  })

  it('keeps the time when reason, message and generation change', () => {
    const before = mergeConditions(undefined, [update('Ready', 'False', 'A')], { generation: 1, now: early })
    const after = mergeConditions(before, [update('Ready', 'False', 'B', 'other')], {
      generation: 2,
      now: late,
    })
    expect(after[0]).toMatchObject({
      reason: 'B',
      message: 'other',
      observedGeneration: 2,
      lastTransitionTime: '2026-01-01T00:00:00Z',
    })
  })

  it('moves the time when the status changes', () => {
    const before = mergeConditions(undefined, [update('Ready', 'False')], { generation: 1, now: early })
    const after = mergeConditions(before, [update('Ready', 'True')], { generation: 1, now: late })
    expect(findCondition(after, 'Ready')?.lastTransitionTime).toBe('2026-01-02T00:00:00Z')
  })

  it('does not say again what Ready says, but where tools look for it', () => {
    const next = [
      update('Ready', 'False', 'Gone', 'It is gone.'),
      update('DatabaseReady', 'False', 'Gone', 'It is gone.'),
      update('AccessGranted', 'False', 'Other', 'It is shut.'),
      update('Stalled', 'True', 'Gone', 'It is gone.'),
    ]
    const told = mergeConditions(undefined, next, { generation: 1, now: early })
    expect(told.map(({ type, message }) => [type, message])).toEqual([
      ['Ready', 'It is gone.'],
      ['DatabaseReady', 'Ready says why.'],
      ['AccessGranted', 'It is shut.'],
      ['Stalled', 'It is gone.'],
    ])
    for (const condition of told)
      expect(messageOf(condition, told)).toBe(next.find(({ type }) => type === condition.type)?.message)
  })

  it('drops what is not said any more', () => {
    const before = mergeConditions(undefined, [update('Ready', 'True'), update('Old', 'True')], {
      generation: 1,
      now: early,
    })
    const after = mergeConditions(before, [update('Ready', 'True')], { generation: 1, now: late })
    expect(after.map(({ type }) => type)).toEqual(['Ready'])
  })

  it.each([
    ['True', 'True', ['Stalled']],
    ['True', 'False', ['Reconciling']],
    ['Unknown', 'False', []],
    ['False', 'True', ['Stalled']],
  ] as const)('Reconciling %s and Stalled %s give %j', (reconciling, stalled, expected) => {
    const next = [update('Reconciling', reconciling), update('Stalled', stalled)]
    expect(mergeConditions([], next, { generation: 1, now: early }).map(({ type }) => type)).toEqual(expected)
  })

  it('says the same again whatever the time: an idle pass has nothing to write', () => {
    const status = constantFrom('True', 'False', 'Unknown')
    const some = uniqueArray(
      record({
        type: constantFrom('Ready', 'Reconciling', 'Stalled', 'Other'),
        status,
        reason: constantFrom('A', 'B'),
        message: string(),
      }),
      { selector: ({ type }) => type },
    )
    assert(
      property(some, some, (first, second) => {
        const before = mergeConditions(undefined, first, { generation: 1, now: early })
        const once = mergeConditions(before, second, { generation: 2, now: late })
        expect(mergeConditions(once, second, { generation: 2, now: late + 9_000_000 })).toEqual(once)
        expect(once.filter(({ type }) => type === 'Reconciling' || type === 'Stalled').length).toBeLessThan(2)
      }),
    )
  })
})
