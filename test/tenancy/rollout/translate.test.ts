import { expect, test } from 'vitest'
import { rolloutSpec } from '../../../src/tenancy/rollout/translate.ts'
import { rotatingPartnerKey } from '../../builders/partner-key-rotating.ts'

const day = 86_400_000

test.each([
  ['5m', 300_000],
  ['0s', 0],
  // An object older than the rule that refuses these.
  ['1d', day],
  ['', day],
  ['soon', day],
])('a soak, a pause between batches and a deadline of "%s"', (text, ms) => {
  const pace = {
    canary: { selector: {}, soak: text, promotion: 'Auto' },
    batch: { percent: 10, interval: text },
    progressDeadline: text,
  } as const
  const found = rolloutSpec(rotatingPartnerKey({ pace }).spec, undefined, '')
  expect([found.canary?.soakMs, found.batch.intervalMs, found.progressDeadlineMs]).toEqual([ms, ms, ms])
})
