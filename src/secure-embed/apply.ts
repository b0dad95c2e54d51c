/** Does the steps. Each may be repeated after any stop or lost answer. */
import type { Secret } from '../api/core-objects.ts'
import type { Clock } from '../core/clock.ts'
import { StaleView } from '../runtime/stale-view.ts'
import { buildSecret } from '../published-secret/build.ts'
import { deleteSecret, writeSecret, type SecretAccess } from '../published-secret/publish.ts'
import { linkContent, type HeldLink } from './link/held.ts'
import { mintLink } from './link/mint.ts'
import type { LinkStep, MintStep } from './link/steps.ts'
import type { Observed } from './observed.ts'

export interface ApplyContext extends SecretAccess {
  readonly clock: Clock
  /** Called with each link that is made, before it is written. */
  readonly onMint: (held: HeldLink) => void
}

/** @throws StaleView, KubeError, EmbedError, or the signal's reason */
export async function applyStep(
  step: LinkStep,
  seen: Observed,
  context: ApplyContext,
  signal: AbortSignal,
): Promise<void> {
  switch (step.kind) {
    case 'mintLink':
      return publish(await mint(step, seen, context), { seen, over: step.over }, context, signal)
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

async function mint(step: MintStep, { link }: Observed, { clock, onMint }: ApplyContext): Promise<HeldLink> {
  if ('problem' in link || link.key.kind !== 'usable') throw new StaleView('the signing key is gone')
  const held = await mintLink(step, { wanted: link.wanted, key: link.key.key }, clock)
  onMint(held)
  return held
}

async function publish(
  held: HeldLink,
  { seen, over }: { readonly seen: Observed; readonly over: Secret | undefined },
  { secrets, secretLookup }: ApplyContext,
  signal: AbortSignal,
): Promise<void> {
  const { shape, link, key } = seen
  if ('problem' in link) throw new StaleView('the spec cannot be served')
  const whole = over && (await secretLookup.whole(over, signal))
  const secret = buildSecret(shape, linkContent(held, link.wanted), whole)
  await writeSecret(secret, { owner: key, over: whole, secrets, secretLookup }, signal)
}
