import { setTimeout as delay } from 'node:timers/promises'
import { inParallel } from './api.ts'
import type { Speed } from './ceiling.ts'
import { meterStart, startMeter, type Cost } from './meter.ts'
import * as objects from './objects.ts'
import { OperatorProcess, type OperatorOptions } from './operator-process.ts'
import type { Place } from './place.ts'
import { processorTime, spentEach } from './processor-time.ts'
import type { TenantWatch } from './tenant-watch.ts'

export interface Phase {
  readonly name: string
  readonly tenants: number
  readonly cost: Cost
  /** From the first tenant to the last, without what a start costs. */
  readonly speed?: Speed
  /** Seconds from what set it off (start, edit) until the first tenant, and until the last. */
  readonly firstSeconds?: number
  readonly allSeconds?: number
  /** Milliseconds from creating a tenant in the middle of it until it is Ready. */
  readonly probesMs?: readonly number[]
}

export interface Stage {
  readonly place: Place
  readonly watch: TenantWatch
  readonly options: OperatorOptions
  /** Tenants there are, probes included. */
  readonly tenants: number
}

const { paths, tenantNamespace, otherNamespace } = objects
const creators = 16
/** Shares of the work at which a fresh tenant is applied. */
const probeAt = [0.25, 0.5, 0.75]

/** All tenants are there before the operator starts. It goes on running. */
export async function onboardAtStart(stage: Stage, names: readonly string[]) {
  await createTenants(stage.place, names)
  const meter = await meterStart(stage.place)
  const operator = await OperatorProcess.start(stage.place, stage.options)
  const progress = { pair: '1:1', count: names.length, since: operator.startedAt, name: 'onboard' }
  const seen = await operator.during(observe(stage, operator, progress))
  return { operator, phase: { ...seen, cost: await meter.end(operator) } satisfies Phase }
}

/**
 * Tenants come while the operator runs, as fast as the API server takes them. Those in the middle, for which one waits,
 * are of another namespace.
 */
export async function onboardLive(stage: Stage, operator: OperatorProcess, names: readonly string[]) {
  const meter = await startMeter(stage.place, operator)
  const since = performance.now()
  const creation = createTenants(stage.place, names)
  // New tenants get the pair that the others have.
  const pair = stage.watch.latestPair ?? '1:1'
  const progress = { pair, count: names.length, since, name: 'onboard-live', probesIn: otherNamespace }
  const [seen] = await operator.during(Promise.all([observe(stage, operator, progress), creation]))
  return { ...seen, cost: await meter.end() } satisfies Phase
}

/** Every tenant's token is made anew, for another version of the partner's key. */
export async function rotate(stage: Stage, operator: OperatorProcess): Promise<Phase> {
  const meter = await startMeter(stage.place, operator)
  const since = performance.now()
  const path = `${paths.partnerKeys}/${objects.keyName}`
  await stage.place.admin.patch(path, JSON.stringify({ spec: { keyVersion: 2 } }))
  const progress = { pair: '1:2', count: stage.tenants, since, name: 'rotate' }
  const seen = await operator.during(observe(stage, operator, progress))
  return { ...seen, cost: await meter.end() }
}

/** Until everything is known again and nothing is left to do. */
export async function restart(stage: Stage) {
  const meter = await meterStart(stage.place)
  const operator = await OperatorProcess.start(stage.place, stage.options)
  await operator.ready()
  const firstSeconds = (performance.now() - operator.startedAt) / 1000
  const allSeconds = ((await settled(operator, stage.tenants)) - operator.startedAt) / 1000
  const cost = await meter.end(operator)
  const phase: Phase = { name: 'restart', tenants: stage.tenants, cost, firstSeconds, allSeconds }
  return { operator, phase }
}

/**
 * Two that ask for the lead. The second stands by: until it can take over. Then the first is killed: until the other one
 * leads, and until it knows everything and nothing is left to do.
 */
export async function failover(stage: Stage) {
  const { place, tenants } = stage
  const options = { ...stage.options, elects: true }
  const leader = await OperatorProcess.start(place, options)
  await leader.leads()
  await settled(leader, tenants)
  const start = await meterStart(place)
  const operator = await OperatorProcess.start(place, options)
  await operator.ready()
  const readySeconds = (performance.now() - operator.startedAt) / 1000
  const standby: Phase = {
    name: 'standby',
    tenants,
    cost: await start.end(operator),
    firstSeconds: readySeconds,
  }
  const meter = await startMeter(place, operator)
  const since = performance.now()
  await leader.kill()
  await operator.leads()
  const firstSeconds = (performance.now() - since) / 1000
  const allSeconds = ((await settled(operator, tenants)) - since) / 1000
  const takeover: Phase = { name: 'failover', tenants, cost: await meter.end(), firstSeconds, allSeconds }
  return { operator, phases: [standby, takeover] }
}

/** Nothing happens for a while. */
export async function idle(stage: Stage, operator: OperatorProcess, seconds: number): Promise<Phase> {
  const meter = await startMeter(stage.place, operator)
  await delay(seconds * 1000)
  return { name: 'idle', tenants: stage.tenants, cost: await meter.end() }
}

/**
 * Resolves when every tenant was looked at since the start of the process and nothing more is due, with the time of the
 * first of three looks in a row that found it so, by `performance.now`. Looks are few: the operator's work for them counts
 * as its own.
 */
export async function settled(operator: OperatorProcess, tenants: number): Promise<number> {
  let since = 0
  for (let quiet = 0; quiet < 3; ) {
    await delay(100)
    const { reconciled, busy } = await operator.progress()
    quiet = reconciled >= tenants && busy === 0 ? quiet + 1 : 0
    if (quiet === 1) since = performance.now()
  }
  return since
}

export async function createTenants(
  { admin }: Place,
  names: readonly string[],
  namespace = tenantNamespace,
): Promise<void> {
  await inParallel(names, creators, async name => {
    await admin.post(paths.tenants(namespace), objects.tenant(name, namespace))
  })
}

interface Progress {
  readonly name: string
  readonly pair: string
  readonly count: number
  /** `performance.now` of what set it off. */
  readonly since: number
  /** The namespace of the tenants in the middle. Default: that of all. */
  readonly probesIn?: string
}

/** Applies probes on the way, and waits for the last tenant. */
async function observe(stage: Stage, operator: OperatorProcess, progress: Progress) {
  const { name, pair, count, since, probesIn } = progress
  const { place, watch } = stage
  const before = watch.times(pair).length
  await watch.reached(pair, before + 1)
  const cpuBefore = processorTime(place, operator.cpuSeconds())
  const seenBefore = watch.times(pair).length - before
  const probesMs: number[] = []
  for (const share of probeAt) {
    await watch.reached(pair, before + Math.max(1, Math.floor(count * share)))
    const tenant = { name: `probe-${name}-${probesMs.length}`, namespace: probesIn }
    probesMs.push(await probe(stage, tenant, pair))
  }
  const all = count + probeAt.length
  await watch.reached(pair, before + all)
  const cpuAfter = processorTime(place, operator.cpuSeconds())
  const times = watch.times(pair).slice(before)
  const [first = 0, last = 0] = [times[0], times.at(-1)]
  return {
    name,
    tenants: all,
    speed: {
      perSecond: ((all - 1) / (last - first)) * 1000,
      cpuMs: spentEach(cpuBefore, cpuAfter, all - seenBefore),
    },
    firstSeconds: (first - since) / 1000,
    allSeconds: (last - since) / 1000,
    probesMs,
  }
}

interface Probe {
  readonly name: string
  readonly namespace: string | undefined
}

/** Milliseconds from applying a tenant until it is Ready. */
async function probe({ place, watch }: Stage, { name, namespace }: Probe, pair: string): Promise<number> {
  const at = performance.now()
  await createTenants(place, [name], namespace)
  await watch.tenantReached(name, pair)
  return performance.now() - at
}
