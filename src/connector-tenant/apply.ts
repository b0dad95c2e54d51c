/** Does the steps. Each may be repeated after any stop or lost answer. */
import type { Secret } from '../api/core-objects.ts'
import type { Clock } from '../core/clock.ts'
import { deleteSecret, writeSecret, type SecretAccess } from '../published-secret/publish.ts'
import { applyClaimStep, type ClaimContext } from './claim/apply.ts'
import { marksOf, proveAlive, proveStillOurs, proveUnchanged } from './claim/proofs.ts'
import type { Observed } from './observed.ts'
import type { Step } from './steps.ts'
import { mint } from './token/mint.ts'
import { buildTokenSecret, type SealedToken } from './token/secret.ts'
import type { MintStep } from './token/steps.ts'

export interface ApplyContext extends ClaimContext, SecretAccess {
  readonly clock: Clock
  /** Called with each token that is made, before it is written. */
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
    case 'writeMark':
    case 'proveDatabase':
      return applyClaimStep(step, seen, context, signal)
    case 'grantRead':
      await proveUnchanged(seen, context.tenants, signal)
      return server.grantRead(step.database, { urls: step.urls }, signal)
    case 'revokeRead':
      await proveUnchanged(seen, context.tenants, signal)
      return server.revokeRead(step.database, { urls: step.urls }, signal)
    case 'mintToken':
      return mintToken(step, seen, context, signal)
    case 'createSecret':
      return publish(step.held, { seen, over: undefined }, context, signal)
    case 'repairSecret':
      return publish(step.held, { seen, over: step.over }, context, signal)
    case 'deleteSecret':
      return deleteSecret(step.secret, context, signal)
    default:
      step satisfies never
  }
}

/** Makes the token, unless the tenant is gone, or its database went to another while this run waited. */
async function mintToken(
  step: MintStep,
  seen: Observed,
  context: ApplyContext,
  signal: AbortSignal,
): Promise<void> {
  const { over } = step
  const work = async (): Promise<void> => {
    if (over === undefined) await proveAlive(seen, context.tenants, signal)
    proveStillOurs(seen, context.server)
    const sealed = await mint(step, seen, context.clock)
    context.onMint(sealed)
    await publish(sealed, { seen, over }, context, signal)
  }
  const { server, locks } = context
  const { database } = seen.tenant.spec
  await locks.run({ server, database, expected: marksOf(database, server) }, work, signal)
}

async function publish(
  sealed: SealedToken,
  { seen, over }: { readonly seen: Observed; readonly over: Secret | undefined },
  { secrets, secretLookup }: ApplyContext,
  signal: AbortSignal,
): Promise<void> {
  const whole = over && (await secretLookup.whole(over, signal))
  const wanted = buildTokenSecret(seen.shape, sealed, whole)
  await writeSecret(wanted, { owner: seen.key, over: whole, secrets, secretLookup }, signal)
}
