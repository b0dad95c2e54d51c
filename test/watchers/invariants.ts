/**
 * What must hold after any test, whatever it did: conditions that tools can trust, nothing secret where people
 * look, no database and no grant without a tenant, and Ready only where the server agrees.
 */
import { readFileSync } from 'node:fs'
import { findCondition, type Condition, isTrue } from '../../src/api/conditions.ts'
import type { ConnectorTenant } from '../../src/api/connector-tenant.ts'
import { dataOf } from '../../src/api/core-objects.ts'
import type { KubeObject } from '../../src/api/object.ts'
import { ResourceClient } from '../../src/kube/objects/resource-client.ts'
import { events } from '../../src/kube/objects/resources.ts'
import { isOwnedBy } from './secret-history.ts'
import type { World } from '../cluster/world.ts'

const forever = new AbortController().signal

/** What was watched while the test ran. */
export interface WatchedHistory {
  /** All that was secret once, also if it is not any more. */
  readonly secretValues: readonly string[]
  violations(): Promise<readonly string[]>
}

export interface InvariantOptions {
  readonly history?: WatchedHistory
  /** Replicas of ClickHouse that answer. Default all. */
  readonly replicas?: readonly number[]
  /** Databases with a mark whose tenant is gone and had `Retain`, or was retired. */
  readonly departed?: readonly string[]
  /** Users that operators grant to. Default the one reader `datalens`. */
  readonly readers?: readonly string[]
}

/** @throws Error that lists everything that does not hold */
export async function expectInvariants(world: World, options: InvariantOptions = {}): Promise<void> {
  const found = [
    ...(await conditionViolations(world)),
    ...(await ownershipViolations(world, options)),
    ...(await leaks(world, options)),
    ...((await options.history?.violations()) ?? []),
  ]
  if (found.length > 0) throw new Error(`${found.length} invariants are broken:\n${found.join('\n')}`)
}

interface WithConditions extends KubeObject {
  readonly status?: {
    readonly observedGeneration?: number
    readonly conditions?: readonly Condition[]
  }
}

async function ourObjects(world: World): Promise<readonly WithConditions[]> {
  const lists = await Promise.all([
    world.connections.list({}, forever),
    world.partnerKeys.list({}, forever),
    world.tenants.list({}, forever),
    world.embeds.list({}, forever),
  ])
  return lists.flat()
}

/** kstatus, as far as one look can tell; every object must have been looked at by the operator. */
export async function conditionViolations(world: World): Promise<readonly string[]> {
  return (await ourObjects(world)).flatMap(object => {
    const where = `${object.kind} ${object.metadata.namespace}/${object.metadata.name}`
    return problemsOf(object).map(problem => `${where}: ${problem}`)
  })
}

function problemsOf({ metadata, status }: WithConditions): string[] {
  const problems: string[] = []
  const conditions = status?.conditions ?? []
  const types = conditions.map(({ type }) => type)
  if (!types.includes('Ready')) problems.push('no Ready condition')
  if (new Set(types).size !== types.length) problems.push(`a condition twice: ${types.join()}`)
  if (types.includes('Reconciling') && types.includes('Stalled')) problems.push('Reconciling and Stalled')
  if (status?.observedGeneration !== metadata.generation) {
    problems.push(`observedGeneration ${status?.observedGeneration} of ${metadata.generation}`)
  }
  for (const condition of conditions) {
    const { type, status: is, reason, message, observedGeneration } = condition
    if (!/^[A-Z][A-Za-z]*$/.test(reason)) problems.push(`${type}: reason "${reason}"`)
    if (is !== 'True' && message === '') problems.push(`${type} is ${is} without a message`)
    if ((type === 'Reconciling' || type === 'Stalled') && is !== 'True') problems.push(`${type} is ${is}`)
    if (observedGeneration !== metadata.generation) {
      problems.push(`${type}: observedGeneration ${observedGeneration} of ${metadata.generation}`)
    }
    if (Date.parse(condition.lastTransitionTime) > Date.now() + 1000) problems.push(`${type}: of the future`)
  }
  const stalled = findCondition(conditions, 'Stalled') !== undefined
  if (stalled && isTrue(conditions, 'Ready')) problems.push('Ready and Stalled')
  return problems
}

/** Marks, grants and tenants belong together, on every endpoint; Ready is not said where they do not. */
export async function ownershipViolations(
  world: World,
  { replicas, departed = [], readers = ['datalens'] }: InvariantOptions = {},
): Promise<readonly string[]> {
  const tenants = await world.tenants.list({}, forever)
  const found: string[] = []
  for (const replica of replicas ?? world.environment.clickhouse.endpoints.keys()) {
    const server = {
      marks: new Map(Object.entries(await world.marks(replica))),
      grants: await grantsOf(world, readers, replica),
    }
    const wrong = [
      ...marksWithoutTenant(server, tenants, departed),
      ...grantsWithoutTenant(server, tenants),
      ...tenants.flatMap(tenant => falseReady(server, tenant)),
    ]
    found.push(...wrong.map(problem => `replica ${replica}: ${problem}`))
  }
  return found
}

interface Server {
  /** Comments by database. */
  readonly marks: ReadonlyMap<string, string>
  readonly grants: ReadonlySet<string>
}

async function grantsOf(
  world: World,
  readers: readonly string[],
  replica: number,
): Promise<ReadonlySet<string>> {
  const names = readers.map(reader => `'${reader}'`).join()
  const rows = await world.sql(
    `SELECT DISTINCT database FROM system.grants WHERE user_name IN (${names}) AND access_type = 'SELECT'`,
    replica,
  )
  return new Set(rows.map(([database = '']) => database))
}

function marksWithoutTenant(
  { marks }: Server,
  tenants: readonly ConnectorTenant[],
  departed: readonly string[],
): string[] {
  const orphans = [...marks].filter(
    ([database, comment]) =>
      !departed.includes(database) && !tenants.some(tenant => owns(tenant, database, comment)),
  )
  return orphans.map(([database, comment]) => `${database} is nobody's, and marked "${comment}"`)
}

function grantsWithoutTenant({ marks, grants }: Server, tenants: readonly ConnectorTenant[]): string[] {
  const unexplained = [...grants].filter(database => {
    const comment = marks.get(database) ?? ''
    return !tenants.some(tenant => tenant.spec.access === 'Granted' && owns(tenant, database, comment))
  })
  return unexplained.map(database => `${database} may be read though no tenant has it`)
}

function owns({ metadata, spec }: ConnectorTenant, database: string, comment: string): boolean {
  return spec.database === database && isOwnedBy(comment, `${metadata.namespace}/${metadata.name}`)
}

function falseReady({ marks, grants }: Server, tenant: ConnectorTenant): string[] {
  const { metadata, spec, status } = tenant
  if (spec.suspend || !isTrue(status?.conditions, 'Ready')) return []
  const name = `${metadata.namespace}/${metadata.name}`
  const problems: string[] = []
  if (!owns(tenant, spec.database, marks.get(spec.database) ?? '')) {
    problems.push(`${name} is Ready, and ${spec.database} is not its own`)
  }
  if (grants.has(spec.database) !== (spec.access === 'Granted')) {
    problems.push(`${name} is Ready, and whether ${spec.database} may be read is not as it says`)
  }
  return problems
}

/** Actual values of what is secret, in anything that people or machines may see. */
export async function leaks(world: World, { history }: InvariantOptions = {}): Promise<readonly string[]> {
  const secrets = await secretTexts(world, history)
  const places = await publicTexts(world)
  return [...places].flatMap(([place, text]) =>
    secrets
      .filter(secret => text.includes(secret))
      .map(secret => `${place} shows what begins with ${secret.slice(0, 6)}`),
  )
}

/** Keys and tokens in pieces, as nobody prints them in one line. */
async function secretTexts(world: World, history: WatchedHistory | undefined): Promise<readonly string[]> {
  const values = new Set(history?.secretValues ?? [])
  for (const secret of await world.secrets.list({}, forever)) {
    for (const field of ['token', 'private.pem', 'password']) {
      const value = dataOf(secret, field)
      if (value) values.add(value)
    }
  }
  values.add(world.environment.clickhouse.password)
  return [...values].flatMap(piecesOf)
}

function piecesOf(value: string): string[] {
  if (value.includes('-----BEGIN')) return value.split('\n').filter(line => line.length === 64)
  if (/^\d+:\d+:/.test(value)) return value.split(':').slice(2)
  // The claims of a link are no secret; its signature is.
  if (/^[\w-]+\.[\w-]+\.[\w-]+$/.test(value)) return value.split('.').slice(2)
  return [value]
}

async function publicTexts(world: World): Promise<ReadonlyMap<string, string>> {
  const places = new Map<string, string>()
  for (const object of await ourObjects(world)) {
    places.set(`${object.kind} ${object.metadata.namespace}/${object.metadata.name}`, JSON.stringify(object))
  }
  const told = await new ResourceClient(world.transport, events).list({}, forever)
  places.set('Events', JSON.stringify(told))
  places.set('ConfigMaps', JSON.stringify(await world.configMaps.list({}, forever)))
  for (const [index, operator] of world.operators.entries()) {
    places.set(`the log of operator ${index}`, operator.log())
    const metrics = await fetch(`${operator.url}/metrics`).then(
      answer => answer.text(),
      () => '',
    )
    places.set(`/metrics of operator ${index}`, metrics)
    places.set(`the arguments of operator ${index}`, argumentsOf(operator.pid))
  }
  return places
}

/** Nothing for a process that has ended, or where there is no /proc. */
function argumentsOf(pid: number): string {
  try {
    return readFileSync(`/proc/${pid}/cmdline`, 'utf8')
  } catch {
    return ''
  }
}
