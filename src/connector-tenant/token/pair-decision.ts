/** Decides which pair the tenant's token should have, and whether it can be minted now. */
import { annotations } from '../../api/labels.ts'
import type { ConnectorTenant } from '../../api/connector-tenant.ts'
import { splitKey, type ObjectKey } from '../../api/object.ts'
import type { PartnerKey } from '../../api/partner-key.ts'
import { selects } from '../../tenancy/label-selector.ts'
import { formatPair, parsePair, samePair, wantedPair, type Pair } from '../../tenancy/pair.ts'
import { isAccepted } from '../../tenancy/rollout/accepts.ts'
import { pairFor, type PairQuestion } from '../../tenancy/rollout/pair-for.ts'
import { rolloutState } from '../../tenancy/rollout/translate.ts'
import { slotOf } from '../../tenancy/slots.ts'
import { inputsFingerprint } from '../../token/fingerprint.ts'
import type { AddedKeys, KeyRingEntry } from '../../token/key-ring.ts'
import type { TokenObserved } from './observed.ts'

/** The pair a tenant should have, and whether its keys are at hand. */
export interface PairDecision {
  /** Undefined: none yet, as DataLens has not answered or the key is not made. */
  readonly wanted: Pair | undefined
  /** Inputs' fingerprint for `wanted`; undefined while one of its keys is not at hand. */
  readonly fingerprint: string | undefined
  /** Why `wanted` cannot be minted now, in words for the tenant's author. */
  readonly waitingFor: string
}

export function decidePair(seen: TokenObserved): PairDecision {
  const { key, tenant, partnerKey, ring } = seen
  const valid = [seen.secret, ...seen.formerSecrets].find(
    view => view?.foreign === undefined && view?.seal === 'valid',
  )
  const holds = valid?.holds?.pair
  const wanted =
    partnerKey === undefined ? undefined : pairFor(questionOf(key, tenant, { partnerKey, holds, ring }))
  const fingerprint = wanted === undefined ? undefined : fingerprintFor(wanted, tenant, ring)
  return { wanted, fingerprint, waitingFor: waitingFor(partnerKey, wanted) }
}

/** What a tenant's pair depends on besides the PartnerKey. */
interface Holding {
  /** What the tenant's token was minted with. */
  readonly holds: Pair | undefined
  /** The keys at hand; changes of these wake tenants by themselves. */
  readonly ring: KeyRingEntry | undefined
}

type Moves = (key: ObjectKey, tenant: ConnectorTenant, holding: Holding) => boolean

/**
 * Tells of a tenant whether a change of the PartnerKey gives it another pair. Undefined when nobody gets another, as
 * when only counters change: then no tenant need be asked.
 */
export function pairMoves(before: PartnerKey, after: PartnerKey): Moves | undefined {
  if (JSON.stringify(decisive(before)) === JSON.stringify(decisive(after))) return undefined
  return (key, tenant, holding) => {
    const was = pairFor(questionOf(key, tenant, { ...holding, partnerKey: before }))
    const is = pairFor(questionOf(key, tenant, { ...holding, partnerKey: after }))
    return !samePair(was, is)
  }
}

/** Whether the tenant has, or should have, a token made with one of the keys that have come. */
export function needsKeys(
  key: ObjectKey,
  tenant: ConnectorTenant,
  { added, ...given }: Holding & { readonly partnerKey: PartnerKey; readonly added: AddedKeys },
): boolean {
  const pair = pairFor(questionOf(key, tenant, given))
  return [pair, given.holds].some(
    one => one !== undefined && (added.partner.has(one.partner) || added.dataLens.has(one.dataLens)),
  )
}

/** All that `questionOf` reads of a PartnerKey. */
function decisive(partnerKey: PartnerKey): unknown {
  const { rollout, dataLens } = partnerKey.spec
  const fromSpec = [wantedPair(partnerKey.spec), rollout.paused, rollout.canary?.selector, dataLens?.accepts]
  const { current, target, phase, admittedPermille, failedTenants } = rolloutState(partnerKey.status) ?? {}
  return [fromSpec, current, target, phase, admittedPermille, failedTenants]
}

function questionOf(
  key: ObjectKey,
  tenant: ConnectorTenant,
  { partnerKey, holds, ring }: Holding & { readonly partnerKey: PartnerKey },
): PairQuestion {
  const { namespace, name } = splitKey(key)
  const { rollout } = partnerKey.spec
  const canary = rollout.canary?.selector
  return {
    wanted: wantedPair(partnerKey.spec),
    paused: rollout.paused,
    accepted: ({ partner }) => isAccepted(partnerKey.spec, partner, ring?.partner.get(partner)?.fingerprint),
    state: rolloutState(partnerKey.status),
    tenant: {
      name: key,
      slot: slotOf(namespace, name),
      inCanary: canary !== undefined && selects(canary, tenant.metadata.labels),
      holds,
      last: parsePair(tenant.status?.token?.pair),
      rejected: parsePair(tenant.metadata.annotations?.[annotations.rejected]),
    },
  }
}

/** What a token of this pair was made from; undefined while one of the keys is not at hand. */
export function fingerprintFor(
  pair: Pair,
  tenant: Pick<ConnectorTenant, 'spec'>,
  ring: KeyRingEntry | undefined,
): string | undefined {
  const partnerKey = ring?.partner.get(pair.partner)
  const dataLensKey = ring?.dataLens.get(pair.dataLens)
  if (partnerKey === undefined || dataLensKey === undefined) return undefined
  return inputsFingerprint({
    database: tenant.spec.database,
    dataLensKeyVersion: pair.dataLens,
    dataLensKeyFingerprint: dataLensKey.fingerprint,
    partnerKeyVersion: pair.partner,
    partnerKeyFingerprint: partnerKey.fingerprint,
  })
}

function waitingFor(partnerKey: PartnerKey | undefined, pair: Pair | undefined): string {
  if (partnerKey?.spec.dataLens === undefined) {
    return 'DataLens has not answered yet with its public key; the platform team adds it to the PartnerKey.'
  }
  if (pair === undefined) return 'The PartnerKey is not ready to mint tokens; its own conditions say why.'
  return `A key of the pair ${formatPair(pair)} is not at hand; the PartnerKey’s conditions say why.`
}
