/** The status, from what was seen, planned and done. Pure; the same facts give an equal status. */
import type { ClickHouseConnectionStatus } from '../api/clickhouse-connection.ts'
import { isWantedSo } from '../api/attention.ts'
import { mergeConditions, type ConditionUpdate } from '../api/conditions.ts'
import type { EndpointView } from '../clickhouse/catalog/snapshot.ts'
import { compareReleases } from '../clickhouse/catalog/version.ts'
import { readyWhileObserving } from '../api/observing.ts'
import type { ClickHouseConnectionReason } from '../api/reasons.ts'
import { served as texts } from '../api/served.ts'
import { listHeld } from './departure/held/holds.ts'
import { sweepHeld } from './departure/held/status.ts'
import { emptyingRemarks, failedRemark, unclearRemark } from './departure/status.ts'
import { listLosses, type RecentLosses } from './departure/losses.ts'
import type { Observed } from './observed.ts'
import type { Plan } from './plan.ts'
import type { Condition, Problem } from './problem.ts'
import { privateHosts } from './reader/hosts.ts'
import { notMade, readerVerified, verifiedReadonly } from './reader/status.ts'
import { refusedViews } from './reader/trial-status.ts'
import { knownServers, listServers } from '../clickhouse/sharing/known-servers.ts'
import { reachable } from './server/reachable.ts'
import { refusesStatements, statementsRefused, waitsForRight } from './server/refused.ts'
import { singleRightsRemark } from './server/lacking.ts'
import { isRefusedEverywhere } from './server/refused-account.ts'
import { usableEndpoints, wasReady } from './server/usable.ts'
import type { Step } from './steps.ts'
import { unseen } from './unseen.ts'

export interface Progress {
  readonly done: readonly Step[]
  /** Who lost what of late. Default: as the status says. */
  readonly losses?: RecentLosses
  readonly failure?: Problem
  /** In observe mode alone: what would be done, in words. */
  readonly observing?: readonly string[]
}

export function statusOf(seen: Observed, plan: Plan, progress: Progress): ClickHouseConnectionStatus {
  const { connection, now, endpoints } = seen
  const generation = connection.metadata.generation
  const conditions = mergeConditions(connection.status?.conditions, conditionsOf(seen, plan, progress), {
    generation,
    now,
  })
  const previous = connection.status ?? {}
  return {
    ...(generation === undefined ? {} : { observedGeneration: generation }),
    ...(endpoints.length === 0 ? countsOf(previous) : { ...countsOf(previous), ...found(seen) }),
    ...presenceOf(seen),
    ...listHeld(plan.departures.held, seen),
    ...listLosses(progress.losses ?? previous),
    conditions,
  }
}

/** Where nobody asks who else works there, it stays as it was. */
function presenceOf({ epochs, contested, connection }: Observed): ClickHouseConnectionStatus {
  const onRecord = epochs ?? connection.status?.epochs ?? []
  const elsewhere = contested ?? connection.status?.contested ?? []
  return {
    ...(onRecord.length === 0 ? {} : { epochs: [...onRecord] }),
    ...(elsewhere.length === 0 ? {} : { contested: elsewhere.map(each => ({ ...each })) }),
  }
}

/** What `found` says. */
function countsOf(status: ClickHouseConnectionStatus): ClickHouseConnectionStatus {
  const { observedGeneration: _generation, conditions: _conditions, ...more } = status
  const {
    held: _held,
    epochs: _epochs,
    contested: _contested,
    waitsUntil: _waits,
    recentDepartures: _access,
    recentEmptyings: _tables,
    ...counts
  } = more
  return counts
}

/** What was found. While an endpoint is away, what it had stays as it was last seen. */
function found(seen: Observed): ClickHouseConnectionStatus {
  const { endpoints, inventory, connection, firstOn, laterOn } = seen
  const usable = endpoints.filter(view => view.ok)
  const base = {
    reachableEndpoints: `${usableEndpoints(seen).length}/${endpoints.length}`,
    endpoints: endpoints.map(view => listed(view, seen)),
    ...(firstOn.size === 0 ? {} : { firstOn: [...firstOn] }),
    ...(laterOn.size === 0 ? {} : { laterOn: [...laterOn] }),
  }
  if (usable.length === 0) return base
  const [version] = usable.map(view => view.data.version).sort(compareReleases)
  const readonly = verifiedReadonly(seen) ?? connection.status?.reader?.readonly
  const refused = refusedViews(seen.verifications) ?? connection.status?.reader?.refusedViews ?? []
  return {
    ...base,
    ...(version === undefined ? {} : { serverVersion: version }),
    reader: {
      user: connection.spec.reader.user,
      ...(readonly === undefined ? {} : { readonly }),
      grantedDatabases: inventory.granted,
      ...(refused.length === 0 ? {} : { refusedViews: refused }),
    },
    databaseCount: inventory.databases,
    orphans: { databases: inventory.orphanDatabases, grants: inventory.orphanGrants },
  }
}

type Listed = NonNullable<ClickHouseConnectionStatus['endpoints']>[number]

function listed(view: EndpointView, { inventory, connection }: Observed): Listed {
  const known = connection.status?.endpoints?.find(({ url }) => url === view.url)
  const { databases, grants } = { ...known, ...inventory.counts.get(view.url) }
  return {
    url: view.url,
    reachable: view.ok,
    ...(databases === undefined ? {} : { databases }),
    ...(grants === undefined ? {} : { grants }),
    ...listServers(view.servers ?? knownServers(connection).get(view.url) ?? { others: [] }),
  }
}

function conditionsOf(seen: Observed, plan: Plan, progress: Progress): Condition[] {
  const ready = readyCondition(seen, plan, progress)
  return [
    ready,
    reachable(plan.server),
    readerVerified(seen, {
      plan: plan.reader,
      acts: plan.steps.length > 0,
      idle: plan.idle,
      server: plan.server.problem,
      failure: progress.failure,
      observing: progress.observing !== undefined,
    }),
    departures(seen, plan),
    statementsRefused(seen),
    ...pending(ready, seen, progress),
  ]
}

/** Who is gone is seen by what they left on the server. */
function departures(seen: Observed, { server, departures: plan }: Plan): Condition {
  const isSeen = seen.endpoints.some(view => view.ok)
  return isSeen || server.problem === undefined ? sweepHeld(seen, plan) : unseen('SweepHeld', seen)
}

type Ready = ConditionUpdate<'Ready', ClickHouseConnectionReason>

/** `Ready` is about tenants alone. `ReaderVerified` tells what is wrong with the hand-over. */
function readyCondition(seen: Observed, plan: Plan, progress: Progress): Ready {
  const ready = readyAsFound(seen, plan, progress)
  const { observing: steps } = progress
  if (steps === undefined) return ready
  const isFine = ready.reason === 'Ready' || ready.reason === 'Observing'
  return readyWhileObserving({
    standing: isFine ? undefined : ready,
    found: ready,
    steps,
    previous: seen.connection.status?.conditions,
  })
}

function readyAsFound(seen: Observed, plan: Plan, progress: Progress): Ready {
  const type = 'Ready'
  const { server, reader } = plan
  const creating = plan.reader.steps.some(({ kind }) => kind === 'createReader')
  const open = creating && !plan.reader.steps.every(step => progress.done.includes(step))
  // Before all endpoints were seen once, one that is not is the cause of much else, such as of a reader not made.
  const partly = wasReady(seen) ? undefined : server.partly
  const problem =
    server.problem ?? partly ?? reader.blocking ?? (open ? notCreated(seen, progress) : undefined)
  if (problem !== undefined) {
    return { type, status: 'False', reason: problem.reason, message: problem.message }
  }
  const notes = remarks(seen, plan, progress)
  if (seen.connection.spec.suspend) {
    const message = `${texts.connectionSuspended}${notes}`
    return { type, status: 'True', reason: 'Suspended', message }
  }
  const served =
    server.partly !== undefined
      ? texts.connectionPartly
      : refusesStatements(seen)
        ? texts.connectionRefused
        : texts.connection
  return { type, status: 'True', reason: 'Ready', message: `${served}${notes}` }
}

function notCreated({ connection }: Observed, { failure, observing }: Progress): Problem {
  return failure ?? notMade(connection, { observing: observing !== undefined })
}

/** Warnings about what holds nobody up. */
function remarks(seen: Observed, { departures, idle }: Plan, progress: Progress): string {
  const { failure } = progress
  const said: string[] = []
  if (failure !== undefined) said.push(failure.message)
  const hosts = privateHosts(seen.connection.spec)
  if (hosts.length > 0) {
    said.push(
      `HostsNotPublic: DataLens cannot reach ${hosts.join(', ')}; set spec.handover.hosts to public names.`,
    )
  }
  const others = [
    waitsForRight(seen) ? undefined : singleRightsRemark(seen),
    ...emptyingRemarks(departures),
    failedRemark(seen, idle),
    unclearRemark(seen),
  ]
  for (const remark of others) if (remark !== undefined) said.push(remark)
  return said.map(text => ` ${text}`).join('')
}

/** `Reconciling` or `Stalled`. Stalled: nothing is tried before a person has done something. */
function pending(ready: Condition, { endpoints }: Observed, { failure }: Progress): Condition[] {
  const { reason, message } = ready
  if (isWantedSo(reason)) return []
  if (ready.status === 'False') {
    const isStalled = reason === 'AuthenticationFailed' && isRefusedEverywhere(endpoints)
    const type = isStalled ? 'Stalled' : 'Reconciling'
    return [{ type, status: 'True', reason, message }]
  }
  return failure === undefined ? [] : [{ type: 'Reconciling', status: 'True', ...failure }]
}
