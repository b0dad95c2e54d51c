import { total } from './prometheus.ts'
import type { Phase } from './phases.ts'
import type { Series } from './series.ts'

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

const ceilingOf: Readonly<Record<string, 'onboard' | 'onboardLive' | 'rotate'>> = {
  onboard: 'onboard',
  'onboard-live': 'onboardLive',
  rotate: 'rotate',
}

function speedOf(phase: Phase, { ceilings }: Series): Record<string, number> {
  const figures: Record<string, number> = { tenants: phase.tenants }
  const kind = ceilingOf[phase.name]
  if (phase.perSecond !== undefined && kind !== undefined) {
    const ceiling = ceilings.reduce((sum, one) => sum + one[kind], 0) / ceilings.length
    figures['tenants a second'] = phase.perSecond
    figures['ceiling, tenants a second'] = ceiling
    figures['share of the ceiling'] = phase.perSecond / ceiling
  }
  const [first, all] =
    phase.name === 'restart' ? ['ready after, s', 'all known after, s'] : ['first after, s', 'all after, s']
  if (phase.firstSeconds !== undefined) figures[first ?? ''] = phase.firstSeconds
  if (phase.allSeconds !== undefined) figures[all ?? ''] = phase.allSeconds
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
    'operator CPU, s': cost.cpuSeconds,
    'API server and etcd CPU, s': cost.serverCpuSeconds,
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
    ...(name === 'restart' ? { 'API writes': apiWrites } : {}),
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
