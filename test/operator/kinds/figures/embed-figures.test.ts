import { describe, expect, test } from 'vitest'
import { embedsOwnFaults } from '../../../../src/api/attention.ts'
import type { ConditionStatus } from '../../../../src/api/conditions.ts'
import type { SecureEmbedReason } from '../../../../src/api/reasons.ts'
import type { SecureEmbed } from '../../../../src/api/secure-embed.ts'
import { toTimestamp } from '../../../../src/core/timestamp.ts'
import { embedFigures } from '../../../../src/operator/kinds/figures/embed-figures.ts'
import { builtEmbed } from '../../../builders/embed.ts'

const now = 1_790_000_000_000
const quiet = { fresh: 0, failing: 0, overdue: 0, expired: 0, none: 0, suspended: 0, waiting: 0 }

/** An embed of one hour, and so with `refreshBefore` of 15 minutes. */
function ending(
  inSeconds: number | undefined,
  ready: ConditionStatus = 'True',
  { suspend = false, reason = 'Ready' }: { suspend?: boolean; reason?: SecureEmbedReason } = {},
): SecureEmbed {
  const time = { lastTransitionTime: '2026-01-01T00:00:00Z', message: '' }
  return builtEmbed({
    spec: { suspend },
    status: {
      ...(inSeconds === undefined ? {} : { expiresAt: toTimestamp(now + inSeconds * 1000) }),
      conditions: [{ type: 'Ready', status: ready, reason, ...time }],
    },
  })
}

function figures(...embeds: readonly SecureEmbed[]) {
  return embedFigures({ embeds: { list: () => [...embeds] }, canSign: () => true }, now)
}

test('links are told apart by what is left of them', () => {
  expect(
    figures(ending(3_000), ending(451), ending(449), ending(0, 'False'), ending(undefined, 'False')),
  ).toEqual({
    states: { ...quiet, fresh: 2, overdue: 1, expired: 1, none: 1 },
    notReady: 2,
    soonestExpiry: now / 1000,
  })
})

test('a link that lives and cannot be replaced is told at once, and as overdue when it is', () => {
  const failing = { reason: 'RefreshFailing' } as const
  expect(figures(ending(3_000, 'True', failing), ending(449, 'True', failing)).states).toEqual({
    ...quiet,
    failing: 1,
    overdue: 1,
  })
})

test('nobody is woken for an embed that somebody suspended', () => {
  expect(figures(ending(3_000), ending(-9_000, 'False', { suspend: true }))).toEqual({
    states: { ...quiet, fresh: 1, suspended: 1 },
    notReady: 0,
    soonestExpiry: now / 1000 + 3_000,
  })
})

test.each(['True', 'False', 'Unknown'] as const)('nor for one that is only observed: %s', ready => {
  const observed = { reason: 'Observing' } as const
  expect(figures(ending(3_000), ending(-9_000, ready, observed), ending(undefined, ready, observed))).toEqual(
    {
      states: { ...quiet, fresh: 1, suspended: 2 },
      notReady: 0,
      soonestExpiry: now / 1000 + 3_000,
    },
  )
})

describe('what its own author has to mend calls nobody of the platform', () => {
  const quietly = { states: { ...quiet, waiting: 1 }, notReady: 0, soonestExpiry: undefined }
  const ends = [3_000, 449, -9_000, undefined]

  test.each(embedsOwnFaults)('%s', reason => {
    for (const inSeconds of ends) expect(figures(ending(inSeconds, 'False', { reason }))).toEqual(quietly)
  })

  test.each(['RefreshFailing', 'TokenExpired'] as const)('a key that is not offered any more: %s', reason => {
    const withoutKey = (embed: SecureEmbed) =>
      embedFigures({ embeds: { list: () => [embed] }, canSign: () => false }, now)
    const ready = reason === 'RefreshFailing' ? 'True' : 'False'
    for (const inSeconds of ends) expect(withoutKey(ending(inSeconds, ready, { reason }))).toEqual(quietly)
  })

  test('a spec that cannot be signed, after the link before has ended', () => {
    const embed = ending(-9_000, 'False', { reason: 'TokenExpired' })
    const [ready] = embed.status?.conditions ?? []
    const stalled = { ...ready, type: 'Stalled', status: 'True' } as NonNullable<typeof ready>
    const conditions = [...(embed.status?.conditions ?? []), stalled]
    expect(figures({ ...embed, status: { ...embed.status, conditions } })).toEqual(quietly)
  })
})

test('what is nobody’s of them calls, whoever could sign', () => {
  const refused = figures(
    ending(-1, 'False', { reason: 'TokenExpired' }),
    ending(449, 'True', { reason: 'RefreshFailing' }),
    ending(undefined, 'False', { reason: 'OperatorForbidden' }),
  )
  expect(refused.states).toEqual({ ...quiet, expired: 1, overdue: 1, none: 1 })
  expect(refused.notReady).toBe(2)
})

test('a link that nobody replaces calls, though no key was looked at since', () => {
  const embeds = { list: () => [ending(-1), ending(449)] }
  const { states } = embedFigures({ embeds, canSign: () => false }, now)
  expect(states).toEqual({ ...quiet, expired: 1, overdue: 1 })
})

test('without embeds there is no end', () => {
  expect(figures()).toEqual({ states: quiet, notReady: 0, soonestExpiry: undefined })
})
