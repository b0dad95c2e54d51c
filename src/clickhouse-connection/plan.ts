/** Decides what is done for a connection, from what was seen. Pure. */
import { recheck, type Outcome } from '../core/outcome.ts'
import { durationOf } from '../core/duration.ts'
import type { ClickHouseErrorCode } from '../clickhouse/error-codes.ts'
import { lookEveryMs } from '../clickhouse/catalog/answering.ts'
import { least, planDepartures, takingNothing, type DeparturePlan } from './departure/plan.ts'
import { idleBecause, type Idle } from './idle.ts'
import { usabilityOf, type Usability } from './server/usable.ts'
import type { Observed } from './observed.ts'
import { planReader, type ReaderPlan } from './reader/plan.ts'
import type { ReaderStep } from './reader/steps.ts'
import { isRefusedEverywhere } from './server/refused-account.ts'
import type { Step } from './steps.ts'

export interface Plan {
  readonly server: Usability
  readonly reader: ReaderPlan
  readonly departures: DeparturePlan
  /** In this order; the first failure ends them. */
  readonly steps: readonly ReaderStep[]
  /** All steps, also those that are only told, in observe mode and while suspended. */
  readonly all: readonly Step[]
  /** Why none of them is done. */
  readonly idle: Idle | undefined
  readonly outcome: Outcome
}

/** How soon to look again after a step of ours, in milliseconds. */
const lookAgainMs = 1_000
/** How often to try an account with a wrong password. A changed Secret is tried at once. */
const wrongPasswordMs = 10 * 60_000

export function planConnection(seen: Observed): Plan {
  const server = usabilityOf(seen)
  const reader = planReader(seen)
  const departures = planDepartures(seen)
  const all = [...reader.steps, ...departures.tasks.flatMap(({ steps }) => steps)]
  const idle = idleBecause(seen, server.problem)
  const acts = idle === undefined
  return {
    server,
    reader,
    departures: acts ? departures : withoutActing(departures),
    steps: acts ? reader.steps : [],
    all: idle === 'unusable' ? [] : all,
    idle,
    outcome: recheck(nextLook(seen, { server, departures, acts: acts && all.length > 0 })),
  }
}

function withoutActing(departures: DeparturePlan): DeparturePlan {
  return { ...takingNothing(departures), inGrace: 0 }
}

/** What further looks clear up by themselves. */
const passing: ReadonlySet<ClickHouseErrorCode> = new Set(['serverChanged', 'operatedElsewhere'])

function nextLook(
  { connection, endpoints }: Observed,
  plan: { readonly server: Usability; readonly departures: DeparturePlan; readonly acts: boolean },
): number {
  const syncMs = durationOf(connection.spec.syncInterval)
  if (isRefusedEverywhere(endpoints)) return Math.max(syncMs, wrongPasswordMs)
  const due = plan.acts ? lookAgainMs : plan.departures.dueMs
  const isOpen = endpoints.some(view => !view.ok && passing.has(view.error.code))
  return Math.max(lookAgainMs, least([syncMs, due, isOpen ? lookEveryMs : undefined]) ?? syncMs)
}
