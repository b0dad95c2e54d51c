import { generateKeyPairSync } from 'node:crypto'
import { setTimeout as delay } from 'node:timers/promises'
import { measureCeiling, type Ceiling } from './ceiling.ts'
import { grantAll, openClickHouse } from './clickhouse.ts'
import * as objects from './objects.ts'
import { OperatorProcess } from './operator-process.ts'
import type { BenchOptions } from './options.ts'
import * as phases from './phases.ts'
import { openPlace, type Place } from './place.ts'
import { TenantWatch } from './tenant-watch.ts'

/** All that was measured with one number of tenants, on one control plane. */
export interface Series {
  readonly tenants: number
  readonly run: number
  /** Before the phases and after them: a machine is not equally fast all the time. */
  readonly ceilings: readonly Ceiling[]
  readonly phases: readonly phases.Phase[]
}

const { paths } = objects

export async function measureSeries(
  options: BenchOptions,
  { tenants, run }: { readonly tenants: number; readonly run: number },
): Promise<Series> {
  const { onProgress, workers, fromSource, standInMs } = options
  const place = await openPlace({ connections: Math.max(workers, 16), fromSource, standInMs, onProgress })
  try {
    const load = { tenants: Math.min(tenants, options.ceilingTenants), width: workers }
    onProgress(`${tenants} tenants, run ${run}: ceiling`)
    const before = await measureCeiling(place, load)
    const measured = await measurePhases(place, options, tenants)
    onProgress(`${tenants} tenants, run ${run}: ceiling again`)
    const after = await measureCeiling(place, load)
    return { tenants, run, ceilings: [before, after], phases: measured }
  } finally {
    await place.close()
  }
}

async function measurePhases(place: Place, options: BenchOptions, count: number): Promise<phases.Phase[]> {
  const { onProgress, wanted } = options
  const { workers, memoryMiB, profileTo } = options
  const operatorOptions = { workers, memoryMiB, profileTo }
  const watch = new TenantWatch()
  const measured: phases.Phase[] = []
  const stage = (): phases.Stage => ({ place, watch, options: operatorOptions, tenants: watch.tenants })
  const note = (phase: phases.Phase): void => {
    if (wanted.has(phase.name)) measured.push(phase)
  }
  await declarePlatform(place, options)
  await watch.start(place.admin)
  const names = namesFrom('t', count)
  if (options.granted) await grantBefore(place, names)
  try {
    onProgress(`${count} tenants: onboarding`)
    const onboarded = await phases.onboardAtStart(stage(), names)
    note(onboarded.phase)
    let { operator } = onboarded
    await phases.settled(operator, watch.tenants)
    await checkAllReady(place, watch.tenants)
    if (['restart', 'idle', 'failover', 'rotate'].some(name => wanted.has(name))) {
      await operator.stop()
      onProgress(`${count} tenants: restart`)
      const restarted = await phases.restart(stage())
      note(restarted.phase)
      operator = restarted.operator
    }
    if (wanted.has('idle')) {
      onProgress(`${count} tenants: idle for ${options.idleSeconds} s`)
      await delay(2_000)
      note(await phases.idle(stage(), operator, options.idleSeconds))
    }
    if (wanted.has('failover')) {
      onProgress(`${count} tenants: failover`)
      await operator.stop()
      const takenOver = await phases.failover(stage())
      for (const phase of takenOver.phases) note(phase)
      operator = takenOver.operator
    }
    if (wanted.has('rotate')) {
      onProgress(`${count} tenants: rotation`)
      note(await phases.rotate(stage(), operator))
      await untilRolledOut(place)
    }
    // The last one, as it leaves twice as many tenants.
    if (wanted.has('onboard-live')) {
      await phases.settled(operator, watch.tenants)
      onProgress(`${count} tenants: onboarding while they are applied`)
      note(await phases.onboardLive(stage(), operator, namesFrom('t-live', count)))
    }
    await operator.stop()
  } finally {
    await watch.close()
  }
  return measured
}

async function grantBefore(place: Place, names: readonly string[]): Promise<void> {
  const clickhouse = openClickHouse(place.clickhouse, 1)
  try {
    await grantAll(clickhouse, names.map(objects.databaseOf), 'datalens')
  } finally {
    await clickhouse.close()
  }
}

/** Connection and PartnerKey, made ready by an operator that is then stopped. */
export async function declarePlatform(place: Place, { workers, memoryMiB }: BenchOptions): Promise<void> {
  const { admin, clickhouse } = place
  for (const name of [objects.platformNamespace, objects.tenantNamespace, objects.otherNamespace]) {
    await admin.post(paths.namespaces, objects.namespace(name))
  }
  await admin.post(paths.secrets(objects.platformNamespace), objects.credentials(clickhouse.admin))
  await admin.post(paths.connections, objects.connection(clickhouse.endpoints))
  await admin.post(paths.partnerKeys, objects.partnerKey(dataLensKey()))
  const operator = await OperatorProcess.start(place, { workers, memoryMiB })
  await operator.ready()
  await untilReady(place, `${paths.connections}/default`)
  await untilReady(place, `${paths.partnerKeys}/${objects.keyName}`)
  await operator.stop()
}

interface WithConditions {
  readonly status?: { readonly conditions?: readonly { readonly type: string; readonly status: string }[] }
}

function isReady({ status }: WithConditions): boolean {
  return status?.conditions?.some(one => one.type === 'Ready' && one.status === 'True') ?? false
}

async function untilReady(place: Place, path: string): Promise<void> {
  await until(place, path, isReady)
}

/** The PartnerKey tells seconds after the last tenant; what comes next must not count that as its own. */
async function untilRolledOut(place: Place): Promise<void> {
  const path = paths.events(objects.platformNamespace)
  await until(place, path, ({ items = [] }) => items.some(({ reason }) => reason === 'RolloutCompleted'))
}

type Found = WithConditions & { readonly items?: readonly { readonly reason?: string }[] }

async function until({ admin }: Place, path: string, isSo: (found: Found) => boolean): Promise<void> {
  const deadline = performance.now() + 60_000
  for (;;) {
    const found = await admin.read<Found>(path)
    if (isSo(found)) return
    if (performance.now() > deadline) {
      throw new Error(`${path} is not as it should be after a minute: ${JSON.stringify(found)}`)
    }
    await delay(100)
  }
}

/** What the watch was searched for as text, once more and properly. */
async function checkAllReady({ admin }: Place, expected: number): Promise<void> {
  const { items } = await admin.read<{ readonly items: readonly WithConditions[] }>(
    paths.tenants(objects.tenantNamespace),
  )
  const ready = items.filter(isReady).length
  if (ready !== expected || items.length !== expected) {
    throw new Error(`${ready} of ${items.length} tenants are Ready, and ${expected} should be`)
  }
}

function namesFrom(prefix: string, count: number): string[] {
  return Array.from({ length: count }, (_, index) => `${prefix}-${String(index).padStart(5, '0')}`)
}

function dataLensKey(): string {
  const { publicKey } = generateKeyPairSync('rsa', {
    modulusLength: 2048,
    publicKeyEncoding: { type: 'spki', format: 'pem' },
    privateKeyEncoding: { type: 'pkcs8', format: 'pem' },
  })
  return publicKey
}
