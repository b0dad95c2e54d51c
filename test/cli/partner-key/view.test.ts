import { describe, expect, test } from 'vitest'
import { formatDuration } from '../../../src/cli/frame/duration-text.ts'
import { stylesFor } from '../../../src/cli/frame/styles.ts'
import { barLine, describeView, progressLine } from '../../../src/cli/rollout/text.ts'
import { viewRollout, type RolloutVerdict } from '../../../src/cli/partner-key/view.ts'
import {
  rotatingPartnerKey,
  condition,
  keysInRotation,
  type PartnerKeyParts,
} from '../../builders/partner-key-rotating.ts'
import { recordedTerminal } from '../../builders/recorded-terminal.ts'

const styles = stylesFor(recordedTerminal())
const start = Date.parse('2026-01-01T00:00:00Z')

describe('the verdict', () => {
  const lost = condition('Stalled', 'True', 'KeyLost', 'The private key is gone.')
  const stoppedByFailures = condition('Stalled', 'True', 'RolloutStopped', '2 failed.')
  const missing = condition('Ready', 'False', 'PrivateKeySecretMissing', 'There is no Secret "byo".')
  const unready = condition('Ready', 'False', 'SelectorNotSupported', 'It sees no labels.')
  const aside = condition('Stalled', 'True', 'SelectorNotSupported', 'It sees no labels.')
  const taken = condition('Stalled', 'True', 'SecretConflict', 'The name is taken.')
  const rolling = condition('RolledOut', 'False', 'RollingOut', '40 %')
  const notRolled = condition('RolledOut', 'False', 'SecretConflict', 'The name is taken.')
  const unminted = condition('Minting', 'False', 'SecretConflict', 'The name is taken.')
  const cases: [string, PartnerKeyParts, RolloutVerdict][] = [
    ['rolling', {}, 'moving'],
    ['complete', { rollout: { phase: 'Complete' } }, 'complete'],
    [
      'a status of an older spec, whatever it says',
      { rollout: { phase: 'Stopped' }, status: { observedGeneration: 3 } },
      'unseen',
    ],
    ['stopped', { rollout: { phase: 'Stopped' }, status: { conditions: [stoppedByFailures] } }, 'stopped'],
    ['a lost key', { rollout: { phase: 'Complete' }, status: { conditions: [lost] } }, 'failed'],
    [
      'a key that is still to come, under a status that tells of the rollout before',
      { rollout: { phase: 'Complete' }, status: { target: '1:1' } },
      'moving',
    ],
    [
      'a key that somebody has yet to bring',
      { rollout: { phase: 'Complete' }, status: { target: '1:1', conditions: [missing] } },
      'waiting',
    ],
    [
      'a key that somebody has yet to bring after a rollout that stopped',
      { rollout: { phase: 'Stopped' }, status: { target: '1:1', conditions: [missing] } },
      'waiting',
    ],
    [
      'a brought key that is being looked up',
      { status: { target: '1:1', conditions: [condition('Ready', 'False', 'Progressing', 'Looking.')] } },
      'moving',
    ],
    ['trouble that a rollout goes on beside', { status: { conditions: [unready, aside] } }, 'moving'],
    ['a name that the hand-over needs and has not', { status: { conditions: [taken, rolling] } }, 'moving'],
    ['a name that the key needs and has not', { status: { conditions: [taken, notRolled] } }, 'failed'],
    [
      'a name that the ledger needs and has not',
      { status: { conditions: [taken, rolling, unminted] } },
      'failed',
    ],
    ['paused', { rollout: { phase: 'Paused' } }, 'waiting'],
    ['awaiting promotion', { rollout: { phase: 'AwaitingPromotion' } }, 'waiting'],
    ['awaiting DataLens', { rollout: { phase: 'AwaitingDataLens' } }, 'waiting'],
  ]
  test.each(cases)('of %s', (_, parts, verdict) => {
    expect(viewRollout(rotatingPartnerKey(parts)).verdict).toBe(verdict)
  })

  test('of one that nobody has looked at', () => {
    const { status: _, ...fresh } = rotatingPartnerKey()
    const view = viewRollout(fresh)
    expect(view.verdict).toBe('unseen')
    expect(view.message).toContain('does it run?')
  })

  test('of a key that is missing shows what it waits for, and nothing of the rollout before', () => {
    const parts = {
      rollout: { phase: 'Complete', updated: 300, failed: 2, message: 'Every tenant has 1:1.' },
    }
    const waiting = rotatingPartnerKey({
      ...parts,
      status: { target: '1:1', conditions: [missing] },
    } as PartnerKeyParts)
    const view = viewRollout(waiting, { failed: [{ name: 'a/b', why: 'x' }], skipped: [], canary: undefined })
    expect(view).toMatchObject({
      ready: false,
      message: 'PrivateKeySecretMissing: There is no Secret "byo".',
    })
    expect(progressLine(view)).toBe('not begun 0/300 (0 %)')
    expect(describeView(view, start, styles)).toMatch(
      /^PartnerKey datalens\/acme {3}1:1 → 1:2 {3}waits for you\n/,
    )
    const { rollout: _, current: __, target: ___, ...fresh } = waiting.status ?? {}
    const { dataLens: ____, ...unanswered } = waiting.spec
    const first = viewRollout({ ...waiting, spec: unanswered, status: fresh })
    expect(first).toMatchObject({ verdict: 'waiting', message: view.message })
  })

  test('of what has not begun says so', () => {
    expect(viewRollout(rotatingPartnerKey({ status: { target: '1:1' } })).message).toBe(
      'It has not begun yet.',
    )
  })

  test('tells of a key that new tenants need and is lost, whatever the rollout does', () => {
    const minting = condition('Minting', 'False', 'KeyLost', 'Key 1 is gone: bring it back.')
    const view = viewRollout(rotatingPartnerKey({ status: { conditions: [minting] } }))
    expect(view.verdict).toBe('moving')
    expect(view.message).toContain('New tenants get no token: Key 1 is gone: bring it back.')
  })

  test('of a lost key says what to do, not what the rollout before came to', () => {
    const view = viewRollout(
      rotatingPartnerKey({ status: { conditions: [lost] }, rollout: { message: 'Every tenant has 1:1.' } }),
    )
    expect(view.message).toBe('KeyLost: The private key is gone.')
  })
})

describe('the picture', () => {
  test('in the middle', () => {
    const partnerKey = rotatingPartnerKey({ rollout: { failed: 3, skipped: 1 } })
    const view = viewRollout(partnerKey, {
      failed: [
        { name: 'tenants/a', why: 'not minted in time' },
        { name: 'tenants/c', why: 'DataLens refused its token' },
        { name: 'tenants/b', why: 'not minted in time' },
      ],
      skipped: [{ name: 'other/z', why: 'suspended' }],
      canary: undefined,
    })
    const letters = (letter: string): string => `SHA256:${letter.repeat(43)}`
    expect(describeView(view, start, styles)).toBe(`PartnerKey datalens/acme   1:1 → 1:2   under way

Phase     Rolling
Tenants   120/300 (40 %)
Canary    none
Batches   batch 4 of 10 (10 % each, 30s between)
Failed    3
  not minted in time: tenants/a, tenants/b
  DataLens refused its token: tenants/c
Skipped   1
  suspended: other/z

SIDE       VERSION   STATE    TOKENS   FINGERPRINT                                          MAY BE WITHDRAWN
DataLens   1         Active   300      ${letters('D')}   no: tokens are minted with it
Partner    1         Active   180      ${letters('A')}   no: tokens are minted with it
Partner    2         Active   120      ${letters('B')}   no: tokens are minted with it

40 % of the slots may move to 1:2.
`)
  })

  test('of a canary that soaks, and one that is empty', () => {
    const canary = { selector: {}, soak: '10m', promotion: 'Auto' as const }
    const soaking = rotatingPartnerKey({
      pace: { canary },
      rollout: { phase: 'Soaking', updated: 5, admittedPermille: 0 },
    })
    const details = { failed: [], skipped: [], canary: { updated: 5, total: 5 } }
    const text = describeView(viewRollout(soaking, details), start + 90_500, styles)
    expect(text).toContain('Phase     Soaking, 8m30s to soak\n')
    expect(text).toContain('Canary    5/5\n')
    expect(text).toContain('Batches   none yet (10 % each, 30s between)\n')
    const empty = viewRollout(soaking, { ...details, canary: { updated: 0, total: 0 } })
    expect(describeView(empty, start, styles)).toContain('Canary    0/0: it is empty, and tells nothing\n')
  })

  test('of the end tells which key DataLens may withdraw', () => {
    const keys = keysInRotation.map(key =>
      key.side === 'Partner' && key.version === 1 ? { ...key, state: 'Superseded' as const, tokens: 0 } : key,
    )
    const done = rotatingPartnerKey({
      status: { current: '1:2', keys },
      rollout: { phase: 'Complete', updated: 300, admittedPermille: 1000, message: 'Every tenant has 1:2.' },
    })
    const text = describeView(viewRollout(done), start, styles)
    expect(text).toMatch(/^PartnerKey datalens\/acme {3}1:2 {3}complete\n/)
    expect(text).toMatch(/Partner {4}1 +Superseded +0 +SHA256:A+ +yes\n/)
  })

  test('of a rollback, and of what it came to, tells of no canary', () => {
    const pace = { canary: { selector: {}, soak: '10m', promotion: 'Auto' as const } }
    const spec = { keyVersion: 1 }
    for (const phase of ['Rolling', 'Complete'] as const) {
      const back = rotatingPartnerKey({
        pace,
        rollout: { phase, admittedPermille: 1000 },
        status: { target: '1:1' },
      })
      const text = describeView(viewRollout({ ...back, spec: { ...back.spec, ...spec } }), start, styles)
      expect(text).not.toContain('Canary')
    }
  })

  test('of very many faults has all reasons, and ten names of each', () => {
    const many = Array.from({ length: 40 }, (_, at) => ({ name: `t/${at}`, why: 'OperatorForbidden' }))
    const view = viewRollout(rotatingPartnerKey({ rollout: { failed: 41 } }), {
      failed: [...many, { name: 't/x', why: 'not minted in time' }],
      skipped: [],
      canary: undefined,
    })
    expect(describeView(view, start, styles)).toContain(`Failed    41
  OperatorForbidden: t/0, t/1, t/2, t/3, t/4, t/5, t/6, t/7, t/8, t/9 and 30 more
  not minted in time: t/x
Skipped   none
`)
  })

  test('shows nothing that could steer a terminal', () => {
    const message = 'evil \u001b[2J message'
    expect(
      describeView(viewRollout(rotatingPartnerKey({ rollout: { message } })), start, styles),
    ).not.toContain('\u001b')
  })
})

describe('one line', () => {
  test('says phase, counts, batch and faults', () => {
    const view = viewRollout(rotatingPartnerKey({ rollout: { failed: 1, skipped: 2 } }))
    expect(progressLine(view)).toBe('Rolling 120/300 (40 %), batch 4 of 10, 1 failed, 2 skipped')
  })

  test('of a rollback has no batches', () => {
    const back = rotatingPartnerKey({ spec: { keyVersion: 1 }, status: { target: '1:1' } })
    expect(progressLine(viewRollout(back))).toBe('Rolling 120/300 (40 %)')
  })

  test('with a bar is never longer than the terminal', () => {
    const view = viewRollout(rotatingPartnerKey({ rollout: { failed: 1 } }))
    const wide = barLine(view, { now: start, columns: 120, styles })
    expect(wide).toBe('1:1 → 1:2  █████████░░░░░░░░░░░░░░░  120/300 (40 %)  Rolling  batch 4 of 10  1 failed')
    for (const columns of [30, 60, 80]) {
      const line = barLine(view, { now: start, columns, styles })
      expect(Array.from(line).length).toBeLessThan(columns)
      expect(wide.startsWith(line)).toBe(true)
    }
  })

  test('with a bar, of no tenants at all', () => {
    const none = { phase: 'Complete', updated: 0, total: 0 } as const
    const line = barLine(viewRollout(rotatingPartnerKey({ rollout: none })), {
      now: start,
      columns: 80,
      styles,
    })
    expect(line).toContain('████████████████████████  0/0')
  })
})

test.each([
  [0, '0s'],
  [-5, '0s'],
  [1, '1s'],
  [90_000, '1m30s'],
  [3_600_000, '1h'],
  [90_061_000, '25h1m1s'],
])('%d ms is %s', (ms, text) => {
  expect(formatDuration(ms)).toBe(text)
})
