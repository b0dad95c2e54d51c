import type { Ceiling, Speed } from './ceiling.ts'
import type { Phase } from './phases.ts'
import { type ProcessorTime, sumOf } from './processor-time.ts'
import { total } from './prometheus.ts'
import type { Series } from './series.ts'

/** Ceiling's processor time a tenant over the operator's, of all processes. */
export const shareByCpu = 'share of the ceiling, by CPU'

/** The figures of one phase at one size, each the median over the runs. */
export interface Figures {
  readonly phase: string
  readonly size: number
  readonly values: Readonly<Record<string, number>>
}

export function figuresOf(series: readonly Series[]): Figures[] {
  const groups = new Map<string, { phase: string; size: number; runs: Record<string, number>[] }>()
  for (const one of series) {
    for (const phase of one.phases) {
      const key = `${phase.name} ${one.tenants}`
      const group = groups.get(key) ?? { phase: phase.name, size: one.tenants, runs: [] }
      groups.set(key, group)
      group.runs.push({ ...speedOf(phase, one), ...costOf(phase) })
    }
  }
  return [...groups.values()].map(({ phase, size, runs }) => ({ phase, size, values: medians(runs) }))
}

/** What the bare loop did for a tenant in the same kind of phase. */
const ceilingOf: Readonly<Record<string, (ceiling: Ceiling) => Speed>> = {
  onboard: ({ onboard }) => onboard,
  'onboard-live': ({ apply, onboard }) => inTurn(apply, onboard),
  rotate: ({ rotate }) => rotate,
}

function inTurn(one: Speed, other: Speed): Speed {
  const sum = (name: keyof ProcessorTime): number => one.cpuMs[name] + other.cpuMs[name]
  return {
    perSecond: 1 / (1 / one.perSecond + 1 / other.perSecond),
    cpuMs: { client: sum('client'), apiServer: sum('apiServer'), clickHouse: sum('clickHouse') },
  }
}

/** What the seconds are called in phases that handle no tenants one by one. */
const secondsOf: Readonly<Record<string, { readonly first: string; readonly all: string }>> = {
  restart: { first: 'ready after, s', all: 'all known after, s' },
  standby: { first: 'ready after, s', all: 'all known after, s' },
  failover: { first: 'leads after, s', all: 'all known after, s' },
}

/** Phases in which nobody should write anything, so that the number itself is of interest. */
const quiet: ReadonlySet<string> = new Set(Object.keys(secondsOf))

function speedOf(phase: Phase, { ceilings }: Series): Record<string, number> {
  const figures: Record<string, number> = { tenants: phase.tenants }
  const bare = ceilingOf[phase.name]
  if (phase.speed !== undefined && bare !== undefined) {
    const all = ceilings.map(bare)
    const ceiling = mean(all.map(({ perSecond }) => perSecond))
    const ceilingCpu = mean(all.map(({ cpuMs }) => sumOf(cpuMs)))
    figures['tenants a second'] = phase.speed.perSecond
    figures['ceiling, tenants a second'] = ceiling
    figures['share of the ceiling'] = phase.speed.perSecond / ceiling
    figures['CPU a tenant, all processes, ms'] = sumOf(phase.speed.cpuMs)
    figures['ceiling, CPU a tenant, all processes, ms'] = ceilingCpu
    figures[shareByCpu] = ceilingCpu / sumOf(phase.speed.cpuMs)
    figures['of it the operator, ms'] = phase.speed.cpuMs.client
    figures['of it the bare loop, ms'] = mean(all.map(({ cpuMs }) => cpuMs.client))
  }
  const { first, all } = secondsOf[phase.name] ?? { first: 'first after, s', all: 'all after, s' }
  if (phase.firstSeconds !== undefined) figures[first] = phase.firstSeconds
  if (phase.allSeconds !== undefined) figures[all] = phase.allSeconds
  if (phase.probesMs !== undefined) {
    figures['fresh tenant Ready in the middle, ms'] = median(phase.probesMs)
    figures['slowest of them, ms'] = Math.max(...phase.probesMs)
  }
  return figures
}

function costOf({ name, tenants, cost }: Phase): Record<string, number> {
  const { events = 0, ...writes } = cost.apiWrites
  const [apiWrites, statements] = [total(writes), total(cost.statements)]
  const shared = {
    'reconciles a tenant': cost.reconciles / tenants,
    'operator CPU, s': cost.cpuSeconds.client,
    'API server and etcd CPU, s': cost.cpuSeconds.apiServer,
    'ClickHouse CPU, s': cost.cpuSeconds.clickHouse,
    'peak RSS, MiB': cost.peakMiB,
    'event-loop delay p99, ms': cost.loopDelayP99Ms,
  }
  if (name === 'idle') {
    return {
      seconds: cost.seconds,
      'API writes': apiWrites + events,
      'ClickHouse statements': statements,
      ...shared,
    }
  }
  return {
    'API writes a tenant': apiWrites / tenants,
    Events: events,
    ...(quiet.has(name) ? { 'API writes': apiWrites } : {}),
    'ClickHouse statements a tenant': statements / tenants,
    ...shared,
  }
}

function medians(runs: readonly Readonly<Record<string, number>>[]): Record<string, number> {
  const names = new Set(runs.flatMap(run => Object.keys(run)))
  return Object.fromEntries(
    [...names].map(name => [name, median(runs.flatMap(run => (run[name] === undefined ? [] : [run[name]])))]),
  )
}

/** Of an even number of values, the mean of the two in the middle. */
export function median(values: readonly number[]): number {
  const sorted = [...values].sort((a, b) => a - b)
  const middle = sorted.length / 2
  const low = sorted[Math.ceil(middle) - 1] ?? Number.NaN
  const high = sorted[Math.floor(middle)] ?? Number.NaN
  return (low + high) / 2
}

function mean(values: readonly number[]): number {
  return values.reduce((sum, value) => sum + value, 0) / values.length
}
