import { readFileSync } from 'node:fs'
import type { Place } from './place.ts'

/** Seconds of processor time, user and system. */
export interface ProcessorTime {
  /** Of the operator, or of the loop that takes its place. */
  readonly client: number
  /** API server and etcd. */
  readonly apiServer: number
  readonly clickHouse: number
}

/** Clock ticks a second in /proc, on every Linux that Node runs on. */
const ticksPerSecond = 100

/** Of a process and all its threads. */
export function cpuSecondsOf(pid: number): number {
  const stat = readFileSync(`/proc/${pid}/stat`, 'utf8')
  const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ')
  return (Number(fields[11]) + Number(fields[12])) / ticksPerSecond
}

export function ownCpuSeconds(): number {
  const { user, system } = process.cpuUsage()
  return (user + system) / 1e6
}

export function processorTime({ plane, clickhouse }: Place, clientSeconds: number): ProcessorTime {
  const sum = (pids: readonly (number | undefined)[]): number =>
    pids.reduce<number>((seconds, pid) => seconds + (pid === undefined ? 0 : cpuSecondsOf(pid)), 0)
  return {
    client: clientSeconds,
    // The third is the controller manager, which has no part in this.
    apiServer: sum(plane.processIds.slice(0, 2)),
    clickHouse: sum(clickhouse.pids()),
  }
}

/** What was spent in between, a tenant, in milliseconds. */
export function spentEach(before: ProcessorTime, after: ProcessorTime, tenants: number): ProcessorTime {
  const each = (name: keyof ProcessorTime): number => ((after[name] - before[name]) * 1000) / tenants
  return { client: each('client'), apiServer: each('apiServer'), clickHouse: each('clickHouse') }
}

export function sumOf({ client, apiServer, clickHouse }: ProcessorTime): number {
  return client + apiServer + clickHouse
}
