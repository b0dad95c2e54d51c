import { kinds } from '../src/api/kinds.ts'
import type { OperatorProcess } from './operator-process.ts'
import type { Place } from './place.ts'
import { processorTime, type ProcessorTime } from './processor-time.ts'
import { increase, parsePrometheus, sumBy, total } from './prometheus.ts'

/** What a phase cost, as others than the operator have counted it wherever they can. */
export interface Cost {
  readonly seconds: number
  /** Writes that the API server took from anybody but this program, by resource. */
  readonly apiWrites: Readonly<Record<string, number>>
  /** Statements that ClickHouse was sent, by what they are for. */
  readonly statements: Readonly<Record<string, number>>
  readonly cpuSeconds: ProcessorTime
  readonly peakMiB: number
  readonly loopDelayP99Ms: number
  /** Reconciles of tenants. */
  readonly reconciles: number
}

interface Reading {
  readonly at: number
  readonly apiWrites: Readonly<Record<string, number>>
  readonly ownWrites: Readonly<Record<string, number>>
  readonly statements: Readonly<Record<string, number>>
  readonly serverStatements: number
  readonly cpuSeconds: ProcessorTime
  readonly loopDelaySeconds: number
  readonly reconciles: number
}

const counted = new Set(['secrets', 'configmaps', 'events', ...kinds.map(({ plural }) => plural)])
const writingVerbs = new Set(['POST', 'PUT', 'PATCH', 'APPLY', 'DELETE'])

/** Begins to measure. `end` gives what has been spent since. */
export async function startMeter(place: Place, operator: OperatorProcess): Promise<{ end(): Promise<Cost> }> {
  await operator.forgetPeak()
  const before = await read(place, operator)
  return {
    end: async () => {
      const at = performance.now()
      return costBetween(before, { ...(await read(place, operator)), at }, operator.peakMiB())
    },
  }
}

/** What the operator has spent since it was started, given what others had spent by then. */
export async function meterStart(place: Place): Promise<{ end(operator: OperatorProcess): Promise<Cost> }> {
  const nothing = { statements: {}, loopDelaySeconds: 0, reconciles: 0 }
  const cpuSeconds = processorTime(place, 0)
  const before = { ...nothing, ...(await readServers(place)), cpuSeconds, at: performance.now() }
  return {
    end: async operator => {
      const at = performance.now()
      return costBetween(before, { ...(await read(place, operator)), at }, operator.peakMiB())
    },
  }
}

function costBetween(before: Reading, after: Reading, peakMiB: number): Cost {
  const own = increase(before.ownWrites, after.ownWrites)
  const all = increase(before.apiWrites, after.apiWrites)
  const theirs = Object.entries(all).map(([name, count]) => [name, count - (own[name] ?? 0)] as const)
  const statements = increase(before.statements, after.statements)
  const untold = after.serverStatements - before.serverStatements - total(statements)
  return {
    seconds: (after.at - before.at) / 1000,
    apiWrites: Object.fromEntries(theirs.filter(([, count]) => count !== 0)),
    statements: untold === 0 ? statements : { ...statements, untold },
    cpuSeconds: {
      client: after.cpuSeconds.client - before.cpuSeconds.client,
      apiServer: after.cpuSeconds.apiServer - before.cpuSeconds.apiServer,
      clickHouse: after.cpuSeconds.clickHouse - before.cpuSeconds.clickHouse,
    },
    peakMiB,
    loopDelayP99Ms: after.loopDelaySeconds * 1000,
    reconciles: after.reconciles - before.reconciles,
  }
}

async function read(place: Place, operator: OperatorProcess): Promise<Reading> {
  const cpuSeconds = processorTime(place, operator.cpuSeconds())
  const samples = await operator.metrics()
  const delay = samples.find(({ name }) => name === 'lenskeeper_event_loop_delay_p99_seconds')
  return {
    ...(await readServers(place)),
    at: performance.now(),
    statements: sumBy(samples, 'lenskeeper_clickhouse_statements_total', 'kind'),
    cpuSeconds,
    loopDelaySeconds: delay?.value ?? Number.NaN,
    reconciles: sumBy(samples, 'lenskeeper_reconcile_seconds_count', 'controller')['tenants'] ?? 0,
  }
}

type ServerReading = Pick<Reading, 'apiWrites' | 'ownWrites' | 'serverStatements'>

async function readServers({ admin, account, clickhouse }: Place): Promise<ServerReading> {
  const name = 'apiserver_request_total'
  const samples = parsePrometheus(await admin.get('/metrics'), [name])
  const writes = samples.filter(
    ({ labels }) =>
      writingVerbs.has(labels['verb'] ?? '') &&
      counted.has(labels['resource'] ?? '') &&
      (labels['code'] ?? '').startsWith('2'),
  )
  const ownWrites = new Map(admin.writes)
  for (const [resource, count] of account.writes) {
    ownWrites.set(resource, (ownWrites.get(resource) ?? 0) + count)
  }
  return {
    apiWrites: sumBy(writes, name, 'resource'),
    ownWrites: Object.fromEntries(ownWrites),
    serverStatements: (await clickhouse.statistics()).total,
  }
}
