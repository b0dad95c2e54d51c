/**
 * At most one works at a time. Pure, from what was recorded at the proxies, where `sent` is when something came there:
 *
 * 1. A process sends an effect only within the renew deadline of when it sent the last renewal that was done and
 *    answered. So what is still under way when its lease ends was sent before, with the end of the lease as deadline.
 * 2. Once a process has sent an effect, none comes any more from one that sent its first one before that. A process
 *    leads once, so the effects of each are one block.
 *
 * Only what is certain counts: where a moment is known within bounds, they are read in favour of who sent it.
 */
import type { Effect, Renewal } from './record.ts'

export interface Recorded {
  readonly effects: readonly Effect[]
  readonly renewals: readonly Renewal[]
}

/** @returns what must not be, in words */
export function wrongIn({ effects, renewals }: Recorded, renewDeadlineMs: number): readonly string[] {
  return [...withoutLease({ effects, renewals }, renewDeadlineMs), ...afterTheNext(effects)]
}

/** The processes that worked, in order. */
export function leadersIn(effects: readonly Effect[]): readonly number[] {
  return turnsOf(effects).map(({ process }) => process)
}

function withoutLease({ effects, renewals }: Recorded, renewDeadlineMs: number): string[] {
  const byProcess = Map.groupBy(renewals, ({ process }) => process)
  return effects.flatMap(({ process, what, came }) => {
    const own = byProcess.get(process) ?? []
    const last = own.findLast(renewal => renewal.came.after <= came.by)
    if (last === undefined) return [`process ${process} never had the lead, and sent: ${what}`]
    const late = Math.round(came.after - last.came.by - renewDeadlineMs)
    return late > 0 ? [`process ${process} sent ${late} ms after its renew deadline: ${what}`] : []
  })
}

interface Turn {
  readonly process: number
  readonly first: Effect
  readonly last: Effect
}

function turnsOf(effects: readonly Effect[]): readonly Turn[] {
  const turns = [...Map.groupBy(effects, ({ process }) => process)].map(([process, own]) => ({
    process,
    first: own.reduce((a, b) => (b.came.by < a.came.by ? b : a)),
    last: own.reduce((a, b) => (b.came.after > a.came.after ? b : a)),
  }))
  return turns.toSorted((a, b) => a.first.came.by - b.first.came.by)
}

function afterTheNext(effects: readonly Effect[]): string[] {
  const turns = turnsOf(effects)
  return turns.flatMap(({ process, last }, index) => {
    const next = turns[index + 1]
    if (next === undefined || last.came.after <= next.first.came.by) return []
    return [`process ${process} sent ${last.what} after process ${next.process} had sent ${next.first.what}`]
  })
}
