/** The effects, one function for each step, each safe to repeat after any stop or lost answer. */
import type { Secret } from '../api/core-objects.ts'
import { keyOf } from '../api/object.ts'
import type { ConnectorTenant } from '../api/connector-tenant.ts'
import { ClickHouseError } from '../clickhouse/errors.ts'
import type { Server } from '../clickhouse/server.ts'
import type { Turns } from '../clickhouse/keyed-mutex.ts'
import { toTimestamp, type Clock } from '../core/clock.ts'
import { KubeError } from '../kube/errors.ts'
import type { ResourceClient } from '../kube/objects/resource-client.ts'
import { StaleView } from '../runtime/stale-view.ts'
import { mintAccessToken } from '../token/access-token.ts'
import { deriveSealKey, seal } from '../token/seal.ts'
import type { Observed } from './observed.ts'
import { proveAlive, proveDatabase, proveStillOurs } from './claim/proofs.ts'
import { buildSecret, ownerOf, type SealedToken } from '../published-secret/build.ts'
import type { SecretLookup } from '../published-secret/lookup.ts'
import type { Step } from './steps.ts'

export interface ApplyContext {
  /** By database: nobody changes a mark between another's look at it and what follows from that. */
  readonly turns: Turns
  readonly server: Server
  readonly tenants: ResourceClient<ConnectorTenant>
  readonly secrets: ResourceClient<Secret>
  readonly secretLookup: SecretLookup
  readonly clock: Clock
  /** Told of each token as it is made, before it is written. */
  readonly onMint: (sealed: SealedToken) => void
}

/** @throws StaleView, KubeError, ClickHouseError, MintError, or the signal's reason */
export async function applyStep(
  step: Step,
  seen: Observed,
  context: ApplyContext,
  signal: AbortSignal,
): Promise<void> {
  const { server } = context
  switch (step.kind) {
    case 'createDatabase':
      return createDatabase(step, context, signal)
    case 'writeMark':
      return context.turns.take(step.database, () => writeMark(step, context, signal))
    case 'proveDatabase':
      return context.turns.take(step.database, () => proveDatabase(step, server, signal))
    case 'grantRead':
      return server.grantRead(step.database, { urls: step.urls }, signal)
    case 'revokeRead':
      return server.revokeRead(step.database, { urls: step.urls }, signal)
    case 'mintToken':
      if (step.over === undefined) await proveAlive(seen, context.tenants, signal)
      return context.turns.take(seen.tenant.spec.database, async () => {
        proveStillOurs(seen, server)
        return publish(await mint(step, seen, context), step.over, seen, context, signal)
      })
    case 'createSecret':
      return publish(step.sealed, undefined, seen, context, signal)
    case 'repairSecret':
      return publish(step.sealed, step.over, seen, context, signal)
    case 'deleteSecret':
      return deleteSecret(step.secret, context, signal)
    default:
      step satisfies never
  }
}

/** Success of a plain CREATE proves that the database is ours; anything else is looked at, never guessed. */
async function createDatabase(
  step: Extract<Step, { kind: 'createDatabase' }>,
  { server }: ApplyContext,
  signal: AbortSignal,
): Promise<void> {
  const { url, database: name, uuid, mark: comment } = step
  try {
    await server.createDatabase(url, { name, uuid, comment }, signal)
  } catch (error) {
    if (!(error instanceof ClickHouseError) || !(error.code === 'databaseExists' || error.uncertain))
      throw error
    throw new StaleView('the database is there already, or may be', { cause: error })
  }
}

async function writeMark(
  step: Extract<Step, { kind: 'writeMark' }>,
  { server, tenants }: ApplyContext,
  signal: AbortSignal,
): Promise<void> {
  if (step.confirmGone !== undefined) {
    const owner = await tenants.get(step.confirmGone, signal)
    if (owner?.spec.database === step.database) throw new StaleView('the former owner lives')
  }
  await proveDatabase(step, server, signal)
  await server.setComment(step.url, step.database, step.mark, signal)
}

async function mint(
  step: Extract<Step, { kind: 'mintToken' }>,
  seen: Observed,
  { clock, onMint }: ApplyContext,
): Promise<SealedToken> {
  const { pair, fingerprint } = step
  const partnerKey = seen.ring?.partner.get(pair.partner)
  const dataLensKey = seen.ring?.dataLens.get(pair.dataLens)
  if (partnerKey === undefined || dataLensKey === undefined) throw new StaleView('the keys are gone')
  const token = await mintAccessToken({
    database: seen.tenant.spec.database,
    dataLensKey,
    dataLensKeyVersion: pair.dataLens,
    partnerKey,
    partnerKeyVersion: pair.partner,
  })
  const input = { owner: ownerOf(seen.key), fingerprint, token }
  const sealed = {
    token,
    pair,
    fingerprint,
    seal: seal(deriveSealKey(partnerKey), input),
    mintedAt: toTimestamp(clock.now()),
  }
  onMint(sealed)
  return sealed
}

/** Writes the Secret: a new one by POST, an existing one over exactly the version that was looked at. */
async function publish(
  sealed: SealedToken,
  over: Secret | undefined,
  seen: Observed,
  context: ApplyContext,
  signal: AbortSignal,
): Promise<void> {
  const { secrets, secretLookup } = context
  const { key } = seen
  const wanted = buildSecret(seen.shape, sealed, over)
  try {
    if (over?.immutable === true) return await replaceImmutable(wanted, over, { ...context, key }, signal)
    const written =
      over === undefined ? await secrets.create(wanted, signal) : await secrets.replace(wanted, signal)
    secretLookup.noteWrite(key, written)
  } catch (error) {
    if (!(error instanceof KubeError)) throw error
    if (error.code === 'conflict' || error.code === 'notFound') {
      if (over !== undefined) await secretLookup.reread(over, signal)
      throw new StaleView('the Secret has changed', { cause: error })
    }
    if (error.code === 'alreadyExists' || (error.uncertain && over === undefined)) {
      secretLookup.noteTaken(key, keyOf(wanted))
      throw new StaleView('a Secret of this name is there', { cause: error })
    }
    throw error
  }
}

/** Somebody made it immutable, so it can only be made anew: the one moment without a Secret, and a short one. */
async function replaceImmutable(
  wanted: Secret,
  over: Secret,
  context: ApplyContext & Pick<Observed, 'key'>,
  signal: AbortSignal,
): Promise<void> {
  await deleteSecret(over, context, signal)
  const { uid: _uid, resourceVersion: _version, ...metadata } = wanted.metadata
  context.secretLookup.noteWrite(context.key, await context.secrets.create({ ...wanted, metadata }, signal))
}

async function deleteSecret(
  secret: Secret,
  { secrets, secretLookup }: ApplyContext,
  signal: AbortSignal,
): Promise<void> {
  const { uid, resourceVersion } = secret.metadata
  if (uid === undefined || resourceVersion === undefined) throw new StaleView('the Secret was never read')
  try {
    await secrets.delete(keyOf(secret), { uid, resourceVersion }, signal)
    secretLookup.noteDelete(secret)
  } catch (error) {
    if (!(error instanceof KubeError) || error.code !== 'conflict') throw error
    await secretLookup.reread(secret, signal)
    throw new StaleView('the Secret has changed', { cause: error })
  }
}
