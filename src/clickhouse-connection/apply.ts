/** The effects, one function for each step, each safe to repeat after any stop or lost answer. */
import type { ClickHouseConnection } from '../api/clickhouse-connection.ts'
import type { ConnectorTenant } from '../api/connector-tenant.ts'
import { encodeData, type Secret } from '../api/core-objects.ts'
import { labels, managedByValue } from '../api/labels.ts'
import { readerSecretName } from '../api/names.ts'
import { ClickHouseError } from '../clickhouse/errors.ts'
import type { Server } from '../clickhouse/server.ts'
import type { Turns } from '../clickhouse/keyed-mutex.ts'
import { KubeError } from '../kube/errors.ts'
import type { ResourceClient } from '../kube/objects/resource-client.ts'
import { StaleView } from '../runtime/stale-view.ts'
import { isGone, type LiveTenant } from '../tenancy/departure/departure.ts'
import type { ReaderSecret } from './observed.ts'
import type { DepartureStep, Step } from './steps.ts'

export interface ApplyContext {
  /** By database: nobody changes a mark between another's look at it and what follows from that. */
  readonly turns: Turns
  readonly connection: ClickHouseConnection
  readonly server: Server
  readonly tenants: ResourceClient<ConnectorTenant>
  readonly secrets: ResourceClient<Secret>
  readonly ownSecrets: { noteWrite(secret: Secret): void }
  /** The reader's Secret as it is known now. */
  readonly readerSecret: () => ReaderSecret
  readonly randomBytes: (count: number) => Uint8Array
  /** Whether a tenant of that namespace would be seen. */
  readonly watches: (namespace: string) => boolean
}

/** @throws StaleView, KubeError, ClickHouseError, or the signal's reason */
export async function applyStep(step: Step, context: ApplyContext, signal: AbortSignal): Promise<void> {
  switch (step.kind) {
    case 'writeReaderSecret':
      return writeReaderSecret(context, signal)
    case 'createReader':
      return createReader(step.url, context, signal)
    case 'revokeRead':
    case 'retireDatabase':
    case 'dropTable':
      return context.turns.take(step.database, () => applyDeparture(step, context, signal))
    default:
      step satisfies never
  }
}

async function applyDeparture(
  step: DepartureStep,
  context: ApplyContext,
  signal: AbortSignal,
): Promise<void> {
  const { server } = context
  switch (step.kind) {
    case 'revokeRead':
      await proveMarks(step.expected, step.database, context, signal)
      await proveGone(step, context, signal)
      return server.revokeRead(step.database, { urls: step.urls }, signal)
    case 'retireDatabase':
      await proveMarks(new Map([[step.url, step.expected]]), step.database, context, signal)
      await proveGone(step, context, signal)
      return server.setComment(step.url, step.database, step.mark, signal)
    case 'dropTable':
      await proveMarks(new Map([[step.url, step.expected]]), step.database, context, signal)
      await proveGone(step, context, signal)
      return dropTable(step, context, signal)
    default:
      step satisfies never
  }
}

/** No owner: the password is needed for as long as the user exists, and nobody can read it off the server. */
async function writeReaderSecret(context: ApplyContext, signal: AbortSignal): Promise<void> {
  const { connection, secrets, ownSecrets, randomBytes } = context
  // 192 bits, in characters that need no escaping in a URL, a shell or YAML.
  const password = Buffer.from(randomBytes(24)).toString('base64url')
  const secret: Secret = {
    metadata: {
      name: readerSecretName(connection),
      namespace: connection.metadata.namespace ?? '',
      labels: { [labels.managedBy]: managedByValue },
    },
    type: 'Opaque',
    data: encodeData({ username: connection.spec.reader.user, password }),
  }
  try {
    ownSecrets.noteWrite(await secrets.create(secret, signal))
  } catch (error) {
    const mayExist = error instanceof KubeError && (error.code === 'alreadyExists' || error.uncertain)
    if (mayExist) throw new StaleView('the reader’s Secret is there, or may be', { cause: error })
    throw error
  }
}

async function createReader(url: string, context: ApplyContext, signal: AbortSignal): Promise<void> {
  const secret = context.readerSecret()
  if (secret.kind !== 'ok') throw new StaleView('the reader’s Secret is not there')
  try {
    await context.server.createReader(url, secret.password, signal)
  } catch (error) {
    if (error instanceof ClickHouseError && error.code === 'readerExists') {
      throw new StaleView('the reader exists already', { cause: error })
    }
    throw error
  }
}

/** Only a database whose mark, read now, is the one that the decision rests on. */
async function proveMarks(
  expected: ReadonlyMap<string, string>,
  database: string,
  { server }: ApplyContext,
  signal: AbortSignal,
): Promise<void> {
  const found = [...expected].map(async ([url, comment]) => {
    const view = await server.readDatabase(url, database, signal)
    return view?.comment === comment
  })
  if (!(await Promise.all(found)).every(Boolean)) throw new StaleView('the mark is another one by now')
}

/** A live read of the very object; any other answer than "it does not exist" or "another database" ends it. */
async function proveGone(
  { tenant, database }: DepartureStep,
  { tenants, watches }: ApplyContext,
  signal: AbortSignal,
): Promise<void> {
  if (!watches(tenant.namespace)) throw new StaleView('the tenant may be out of sight')
  const found = await tenants.get(`${tenant.namespace}/${tenant.name}`, signal)
  const live: LiveTenant =
    found === undefined ? { kind: 'notFound' } : { kind: 'found', database: found.spec.database }
  if (!isGone(live, database)) throw new StaleView('the tenant is there')
}

async function dropTable(
  step: Extract<Step, { kind: 'dropTable' }>,
  { server }: ApplyContext,
  signal: AbortSignal,
): Promise<void> {
  try {
    await server.dropTable(step.url, { database: step.database, table: step.table }, signal)
  } catch (error) {
    if (!(error instanceof ClickHouseError && error.code === 'tableMissing')) throw error
  }
}
