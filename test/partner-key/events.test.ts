import { expect, test } from 'vitest'
import type { PartnerKeyStatus } from '../../src/api/partner-key.ts'
import type { EventInput } from '../../src/kube/objects/event-body.ts'
import { announceStatus } from '../../src/partner-key/events.ts'
import type { RolloutEvent, RolloutPlan } from '../../src/tenancy/rollout/rollout.ts'
import { partnerKey } from '../builders/partner-key-observed.ts'

const at = '2026-01-01T00:00:00Z'
const ready = (status: 'True' | 'False', reason: 'Ready' | 'RolloutStopped' | 'KeyLost') =>
  ({
    type: 'Ready',
    status,
    reason,
    message: `${reason}.`,
    lastTransitionTime: at,
    observedGeneration: 1,
  }) as const
const message = 'What follows.'
const rollout = { updated: 0, total: 3, failed: 0, skipped: 0, admittedPermille: 0, phaseSince: at, message }

function told(
  before: PartnerKeyStatus,
  after: PartnerKeyStatus,
  events: readonly RolloutEvent[],
): readonly EventInput[] {
  const published: EventInput[] = []
  const plan = { events } as Partial<RolloutPlan> as RolloutPlan
  const object = { ...partnerKey(), status: before }
  announceStatus(object, after, plan, { publish: event => void published.push(event) })
  return published
}

test('a stop is told once, with what it is about', () => {
  const before: PartnerKeyStatus = { current: '1:1', conditions: [ready('True', 'Ready')] }
  const after: PartnerKeyStatus = {
    current: '1:1',
    target: '1:2',
    rollout: { ...rollout, phase: 'Stopped' },
    conditions: [ready('False', 'RolloutStopped')],
  }
  expect(told(before, after, ['stopped'])).toMatchObject([
    { type: 'Warning', reason: 'RolloutStopped', note: 'On the way from 1:1 to 1:2. What follows.' },
  ])
  expect(told(after, { ...after, conditions: [ready('True', 'Ready')] }, [])).toMatchObject([
    { type: 'Normal', reason: 'Ready' },
  ])
})

test('other trouble is told by Ready', () => {
  const before: PartnerKeyStatus = { conditions: [ready('True', 'Ready')] }
  const lost = told(before, { conditions: [ready('False', 'KeyLost')] }, [])
  expect(lost).toMatchObject([{ type: 'Warning', reason: 'KeyLost', note: 'KeyLost.' }])
})

test('a rollout of nobody, begun and ended in one look, says where it came from', () => {
  const before: PartnerKeyStatus = { current: '1:1', target: '1:1' }
  const after: PartnerKeyStatus = {
    current: '1:2',
    target: '1:2',
    rollout: { ...rollout, phase: 'Complete' },
  }
  const notes = told(before, after, ['started', 'completed']).map(({ note }) => note)
  expect(notes).toEqual(['From 1:1 to 1:2. What follows.', 'To 1:2. What follows.'])
})

test('each time round is an occasion of its own', () => {
  const status = (phaseSince: string): PartnerKeyStatus => ({
    current: '1:1',
    target: '1:2',
    rollout: { ...rollout, phase: 'Canary', phaseSince },
  })
  const occasions = [at, '2026-01-01T00:01:00Z'].map(
    since => told({ current: '1:1' }, status(since), ['started'])[0]?.occasion,
  )
  expect(new Set(occasions).size).toBe(2)
})
