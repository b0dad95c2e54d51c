import { describe, expect, test } from 'vitest'
import { follow, type Followed } from '../../../src/cli/rollout/follow.ts'
import { viewRollout, type RolloutView } from '../../../src/cli/partner-key/view.ts'
import { KubeError } from '../../../src/kube/errors.ts'
import { rotatingPartnerKey, condition, type PartnerKeyParts } from '../../builders/partner-key-rotating.ts'
import { recordedTerminal } from '../../builders/recorded-terminal.ts'
import { VirtualClock } from '../../time/virtual-clock.ts'

const second = 1000
const seen = (parts: PartnerKeyParts = {}): RolloutView => viewRollout(rotatingPartnerKey(parts))
const complete = seen({ status: { current: '1:2' }, rollout: { phase: 'Complete', updated: 300 } })

interface Course {
  readonly looks: readonly (RolloutView | Error)[]
  readonly timeoutMs?: number
  readonly terminal?: ReturnType<typeof recordedTerminal>
}

/** Follows through the looks, one a second; the last one stays. */
async function through({ looks, timeoutMs, terminal = recordedTerminal() }: Course) {
  const clock = new VirtualClock()
  let count = 0
  const look = (): Promise<RolloutView> => {
    const answer = looks[Math.min(count, looks.length - 1)] ?? complete
    count += 1
    return answer instanceof Error ? Promise.reject(answer) : Promise.resolve(answer)
  }
  let result: Followed | Error | undefined
  const keep = (value: Followed | Error): void => void (result = value)
  void follow(look, { terminal, clock, timeoutMs }).then(keep, (error: unknown) => keep(error as Error))
  await clock.runUntil(() => result !== undefined)
  expect(clock.pendingTimers).toBe(0)
  return { result: result as unknown as Followed, terminal, looks: count, elapsedMs: clock.monotonic() }
}

describe('elsewhere than on a terminal', () => {
  test('there is a line for each change, and none for a look that saw none', async () => {
    const { result, terminal, elapsedMs } = await through({
      looks: [
        seen({ rollout: { updated: 30, admittedPermille: 100 } }),
        seen({ rollout: { updated: 30, admittedPermille: 100 } }),
        seen({ rollout: { updated: 120 } }),
        complete,
      ],
    })
    expect(terminal.complaints).toBe(
      [
        'Rolling 30/300 (10 %), batch 1 of 10',
        'Rolling 120/300 (40 %), batch 4 of 10',
        'Complete 300/300 (100 %)',
        '',
      ].join('\n'),
    )
    expect(terminal.output).toBe('')
    expect(result).toEqual({ view: complete, timedOut: false })
    expect(elapsedMs).toBe(3 * second)
  })

  test('whatever waits for a person says for what, once', async () => {
    const paused = seen({ rollout: { phase: 'Paused', message: 'Paused by spec.rollout.paused.' } })
    const { terminal } = await through({ looks: [paused, paused, paused, complete] })
    expect(terminal.complaints).toBe(
      'Paused 120/300 (40 %)\nPaused by spec.rollout.paused.\nComplete 300/300 (100 %)\n',
    )
  })
})

test('trouble that holds something up is told while it moves', async () => {
  const conditions = [condition('Ready', 'False', 'ConnectionNotFound', 'No.')]
  const { terminal } = await through({ looks: [seen({ status: { conditions } }), complete] })
  expect(terminal.complaints).toContain('ConnectionNotFound: No.')
})

describe('on a terminal', () => {
  const erase = '\r\u001b[2K'

  test('one line is drawn over, with a countdown, and gone at the end', async () => {
    const canary = { selector: {}, soak: '3s', promotion: 'Auto' as const }
    const soaking = seen({ pace: { canary }, rollout: { phase: 'Soaking', updated: 3, admittedPermille: 0 } })
    const terminal = recordedTerminal({
      redraws: true,
      environment: { NO_COLOR: '1' },
      columns: 100,
    })
    await through({ looks: [soaking, soaking, complete], terminal })
    const empty = '░'.repeat(24)
    expect(terminal.complaints.split(erase)).toEqual([
      '',
      `1:1 → 1:2  ${empty}  3/300 (1 %)  Soaking  3s to soak`,
      `1:1 → 1:2  ${empty}  3/300 (1 %)  Soaking  2s to soak`,
      `1:2  ${'█'.repeat(24)}  300/300 (100 %)  Complete`,
      '',
    ])
  })

  test('the bar has a colour, unless NO_COLOR is set', async () => {
    const terminal = recordedTerminal({ interactive: true, redraws: true })
    await through({ looks: [complete], terminal })
    expect(terminal.complaints).toContain(`\u001b[32m${'█'.repeat(24)}\u001b[0m`)
  })
})

describe('it ends', () => {
  test.each([
    ['stopped', seen({ rollout: { phase: 'Stopped', failed: 2 } })],
    ['complete', complete],
  ])('when it is %s', async (verdict, view) => {
    const { result, looks } = await through({ looks: [view] })
    expect(result.view?.verdict).toBe(verdict)
    expect(looks).toBe(1)
  })

  test('not by a Stopped of an older spec: the undo that was just applied has not been looked at', async () => {
    const old = seen({ rollout: { phase: 'Stopped' }, status: { observedGeneration: 3 } })
    const { result, terminal, looks } = await through({ looks: [old, old, complete] })
    expect(looks).toBe(3)
    expect(result.view?.verdict).toBe('complete')
    expect(terminal.complaints).toContain('The operator has not looked at the latest change')
  })

  test('at the time-out, exactly', async () => {
    const { result, elapsedMs } = await through({ looks: [seen()], timeoutMs: 2500 })
    expect(result.timedOut).toBe(true)
    expect(result.view?.phase).toBe('Rolling')
    expect(elapsedMs).toBe(2500)
  })

  test('at the time-out, also in the middle of a look', async () => {
    const clock = new VirtualClock()
    const hang = (signal: AbortSignal): Promise<RolloutView> =>
      new Promise((_, reject) => signal.addEventListener('abort', () => reject(signal.reason as Error)))
    const following = follow(hang, { terminal: recordedTerminal(), clock, timeoutMs: 2500 })
    await clock.advance(2500)
    expect(await following).toEqual({ view: undefined, timedOut: true })
    expect(clock.pendingTimers).toBe(0)
  })

  test('with the error, when the login has run out: nobody renews it here', async () => {
    const expired = new KubeError('unauthorized', 'Unauthorized', { retryable: true })
    const { result, looks } = await through({ looks: [seen(), expired] })
    expect(result).toBe(expired)
    expect(looks).toBe(2)
  })

  test('with the error, when the PartnerKey is gone', async () => {
    const { result } = await through({ looks: [seen(), new KubeError('notFound', 'there is no PartnerKey')] })
    expect(result).toBeInstanceOf(KubeError)
  })

  test('at a signal', async () => {
    const stop = new AbortController()
    const terminal = recordedTerminal({ signal: stop.signal })
    const clock = new VirtualClock()
    const following = follow(() => Promise.resolve(seen()), { terminal, clock, timeoutMs: undefined })
    await clock.flush()
    stop.abort(new DOMException('received SIGINT', 'AbortError'))
    await expect(following).rejects.toThrow('received SIGINT')
    expect(clock.pendingTimers).toBe(0)
  })
})

test('an API server that is away for a while is said so once, and outlived', async () => {
  const away = new KubeError('unavailable', 'connection refused', { retryable: true })
  const { result, terminal } = await through({ looks: [away, away, seen(), away, complete] })
  expect(result.view?.verdict).toBe('complete')
  expect(terminal.complaints.match(/does not answer/g)).toHaveLength(1)
})
