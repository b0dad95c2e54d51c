/** The condition that says whether a new tenant would get a token. */
import { isWantedSo } from '../../api/attention.ts'
import { findCondition } from '../../api/conditions.ts'
import { ledgerName } from '../../api/names.ts'
import { parsePair, type Pair } from '../../tenancy/pair.ts'
import type { KeyRingEntry } from '../../token/key-ring.ts'
import { bringBack } from '../bring-back.ts'
import type { Failure, KeyProblem } from '../problem.ts'
import type { RolloutObserved } from './observed.ts'
import { isAccepted } from '../../tenancy/rollout/accepts.ts'
import type { Course, Update } from './course.ts'

/** What the plan says about it. */
export interface Prospects {
  readonly atHand: KeyRingEntry
  /** What keeps the PartnerKey from being ready. */
  readonly problem: KeyProblem | undefined
  /** The rollout is not planned, because of a problem with the keys. */
  readonly standsStill: boolean
  /** Why it is not planned, if there is no such problem: the keys are still to be made or written down. */
  readonly open: Failure
}

/** What there is to say of a pair that no rollout has begun with; undefined if it is DataLens's turn. */
export function notBegun(
  { partnerKey }: Pick<RolloutObserved, 'partnerKey'>,
  { problem, standsStill, open }: Prospects,
): Failure | undefined {
  if (!standsStill) return undefined
  if (problem !== undefined) return { reason: problem.reason, message: problem.message }
  return partnerKey.spec.dataLens === undefined ? undefined : open
}

export function mintingCondition(seen: RolloutObserved, prospects: Prospects, course: Course): Update {
  const type = 'Minting'
  const pair = newTenantsPair(course)
  if (pair === undefined) {
    const answered = { reason: 'AwaitingDataLens', message: awaiting(seen) } as const
    return { type, status: 'False', ...(notBegun(seen, prospects) ?? answered) }
  }
  const missing = keyMissing(seen, prospects, pair)
  if (missing !== undefined) return { type, status: 'False', ...missing }
  const unusable = connectionProblem(seen)
  if (unusable !== undefined) return { type, status: 'False', ...unusable }
  const message = `New tenants get tokens of ${pair.dataLens}:${pair.partner}${whenWhole(seen)}.`
  return { type, status: 'True', reason: 'Minting', message }
}

/** The pair that `pairFor` gives to a tenant without a token. */
function newTenantsPair({ current, target, rollout }: Course): Pair | undefined {
  if (current !== undefined) return parsePair(current)
  return target === undefined || rollout?.phase === 'AwaitingDataLens' ? undefined : parsePair(target)
}

function keyMissing(
  { partnerKey, key }: RolloutObserved,
  { atHand, problem }: Prospects,
  pair: Pair,
): Pick<Update, 'reason' | 'message'> | undefined {
  const partner = atHand.partner.get(pair.partner)
  if (partner === undefined || !atHand.dataLens.has(pair.dataLens)) {
    const which =
      partner === undefined
        ? `partner’s key, version ${pair.partner},`
        : `DataLens’s key, version ${pair.dataLens},`
    const message = `The ${which} is not at hand, so no token of ${pair.dataLens}:${pair.partner} can be made`
    if (problem !== undefined && problem.reason !== 'ConnectionNotFound')
      return { reason: problem.reason, message: `${message}.` }
    const remedy =
      partner === undefined
        ? bringBack(key, pair.partner)
        : `put its entry back into the ledger, ConfigMap "${ledgerName(partnerKey.metadata.name)}"`
    return { reason: 'KeyLost', message: `${message}: ${remedy}.` }
  }
  if (isAccepted(partnerKey.spec, pair.partner, partner.fingerprint)) return undefined
  const message = `spec.dataLens.accepts does not name version ${pair.partner} with ${partner.fingerprint}, so no token is made with it. Commit the entry once DataLens has confirmed the key of ${key}.`
  return { reason: 'AwaitingDataLens', message }
}

function connectionProblem({
  connection,
  partnerKey,
}: RolloutObserved): Pick<Update, 'reason' | 'message'> | undefined {
  const { name } = partnerKey.spec.connectionRef
  if (connection === undefined) return connectionMissing(name)
  if (connection.spec.suspend) {
    const message = `ClickHouseConnection "${name}" is suspended: set its spec.suspend to false to go on.`
    return { reason: 'Suspended', message }
  }
  const ready = findCondition(connection.status?.conditions, 'Ready')
  if (ready?.status === 'True') return undefined
  const message = `ClickHouseConnection "${name}" is not ready; its own conditions say why. Tenants that have a token keep it.`
  return { reason: isWantedSo(ready?.reason) ? ready.reason : 'ConnectionNotReady', message }
}

/** In the words of Ready and of Minting alike, so that it is told once. */
export function connectionMissing(name: string): Failure & { readonly reason: 'ConnectionNotFound' } {
  const message = `There is no ClickHouseConnection "${name}" in this namespace. Create it; the key goes on as soon as it is there. connectionRef cannot be changed, so a wrong name needs another PartnerKey.`
  return { reason: 'ConnectionNotFound', message }
}

function whenWhole({ connection }: RolloutObserved): string {
  if (
    connection === undefined ||
    findCondition(connection.status?.conditions, 'Reachable')?.status !== 'False'
  )
    return ''
  return `, once every endpoint of ClickHouseConnection "${connection.metadata.name}" can be worked with: its condition Reachable says why not`
}

function awaiting({ partnerKey }: RolloutObserved): string {
  const { dataLens, keyVersion } = partnerKey.spec
  if (dataLens === undefined)
    return 'DataLens has not answered yet: no token can be made before its key and version are in spec.dataLens.'
  return `spec.dataLens.accepts does not name version ${keyVersion} with its fingerprint: commit the entry once DataLens has confirmed the key.`
}
