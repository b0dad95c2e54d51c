/**
 * How fast the same servers take the bare minimum of writes from a loop that does nothing else: no cache, no
 * decision, no check. What a controller can reach at most, measured beside it.
 */
import { constants, generateKeyPairSync, sign } from 'node:crypto'
import { inParallel } from './api.ts'
import { grantBatch, openClickHouse, type PlainClickHouse } from './clickhouse.ts'
import * as objects from './objects.ts'
import type { Place } from './place.ts'
import { ownCpuSeconds, processorTime, type ProcessorTime, spentEach } from './processor-time.ts'

export interface Speed {
  /** Tenants a second. */
  readonly perSecond: number
  /** Processor time a tenant, in milliseconds. It depends less on what else the machine does. */
  readonly cpuMs: ProcessorTime
}

export interface Ceiling {
  /** Only what a tenant's author does: one POST. */
  readonly apply: Speed
  /** Database, its share of a grant, Secret, status. */
  readonly onboard: Speed
  /** One RSA signature, Secret, status. */
  readonly rotate: Speed
}

export interface CeilingLoad {
  readonly tenants: number
  /** Tenants worked on at the same time. */
  readonly width: number
}

interface Ward {
  readonly name: string
  readonly uid: string
}

const namespace = objects.ceilingNamespace
const { paths } = objects

/** Leaves nothing behind. No operator may be running. */
export async function measureCeiling(place: Place, load: CeilingLoad): Promise<Ceiling> {
  const clickhouse = openClickHouse(place.clickhouse, load.width)
  const names = Array.from({ length: load.tenants }, (_, index) => `c-${String(index).padStart(5, '0')}`)
  try {
    await place.admin.post(paths.namespaces, objects.namespace(namespace)).catch(ignoreExisting)
    await clickhouse.run('CREATE USER ceiling IDENTIFIED WITH no_password')
    const { wards, speed: apply } = await createAll(place, names, load.width)
    const onboard = await onboardAll(place, clickhouse, { wards, width: load.width })
    const rotate = await rotateAll(place, wards, load.width)
    await cleanUp(place, clickhouse, { names, width: load.width })
    return { apply, onboard, rotate }
  } finally {
    await clickhouse.close()
  }
}

async function createAll(place: Place, names: readonly string[], width: number) {
  const wards: Ward[] = []
  const speed = await measure(place, names.length, () =>
    inParallel(names, width, async name => {
      const answer = await place.admin.post(paths.tenants(namespace), objects.tenant(name, namespace))
      const { metadata } = JSON.parse(answer) as { metadata: { uid: string } }
      wards.push({ name, uid: metadata.uid })
    }),
  )
  return { wards, speed }
}

interface Onboarding {
  readonly wards: readonly Ward[]
  readonly width: number
}

/** Grants go out beside everything else, as many at once as a GRANT takes. */
async function onboardAll(place: Place, clickhouse: PlainClickHouse, { wards, width }: Onboarding) {
  const { account } = place
  const sealed = objects.sealedToken('1:1')
  const bodies = wards.map(({ name, uid }) => ({
    secret: objects.tokenSecret(name, uid, sealed),
    status: objects.readyStatus(name, uid),
  }))
  let made: string[] = []
  const grants: Promise<void>[] = []
  const grant = (): void => {
    if (made.length > 0) grants.push(clickhouse.grantRead(made, 'ceiling'))
    made = []
  }
  return await measure(place, wards.length, async () => {
    await inParallel(wards, width, async ({ name }, index) => {
      const { secret = '', status = '' } = bodies[index] ?? {}
      const database = objects.databaseOf(name)
      await clickhouse.createDatabase(database, objects.markOf(name))
      made.push(database)
      if (made.length >= grantBatch) grant()
      await account.post(paths.secrets(namespace), secret)
      await account.patch(`${paths.tenants(namespace)}/${name}/status`, status)
    })
    grant()
    await Promise.all(grants)
  })
}

async function rotateAll(place: Place, wards: readonly Ward[], width: number): Promise<Speed> {
  const { account } = place
  const { privateKey: key } = generateKeyPairSync('rsa', { modulusLength: 2048 })
  const ciphertext = Buffer.alloc(256, 7)
  const signed = (): Promise<Buffer> => {
    const { promise, resolve, reject } = Promise.withResolvers<Buffer>()
    const done = (error: Error | null, signature: Buffer): void =>
      error ? reject(error) : resolve(signature)
    sign('RSA-SHA1', ciphertext, { key, padding: constants.RSA_PKCS1_PADDING }, done)
    return promise
  }
  const sealed = objects.sealedToken('1:2')
  const bodies = wards.map(({ name, uid }) => ({
    secret: objects.tokenSecret(name, uid, sealed),
    status: objects.rotatedStatus(uid),
  }))
  return await measure(place, wards.length, () =>
    inParallel(wards, width, async ({ name }, index) => {
      const { secret = '', status = '' } = bodies[index] ?? {}
      await signed()
      await account.put(`${paths.secrets(namespace)}/${name}-datalens`, secret)
      await account.patch(`${paths.tenants(namespace)}/${name}/status`, status)
    }),
  )
}

interface Leftovers {
  readonly names: readonly string[]
  readonly width: number
}

async function cleanUp({ admin }: Place, clickhouse: PlainClickHouse, { names, width }: Leftovers) {
  await admin.delete(paths.tenants(namespace))
  await admin.delete(paths.secrets(namespace))
  await clickhouse.run('DROP USER ceiling')
  await inParallel(names, width, name => clickhouse.dropDatabase(objects.databaseOf(name)))
}

async function measure(place: Place, tenants: number, work: () => Promise<void>): Promise<Speed> {
  const before = processorTime(place, ownCpuSeconds())
  const startedAt = performance.now()
  await work()
  const seconds = (performance.now() - startedAt) / 1000
  const after = processorTime(place, ownCpuSeconds())
  return { perSecond: tenants / seconds, cpuMs: spentEach(before, after, tenants) }
}

function ignoreExisting(error: unknown): string {
  if (error instanceof Error && error.message.includes('AlreadyExists')) return ''
  throw error
}
