import type { Clock } from '../../core/clock.ts'
import { toTimestamp } from '../../core/timestamp.ts'
import { StaleView } from '../../runtime/stale-view.ts'
import { mintAccessToken } from '../../token/access-token.ts'
import { deriveSealKey, seal } from '../../token/seal.ts'
import type { TokenObserved } from './observed.ts'
import { sealOwner, type SealedToken } from './secret.ts'
import type { MintStep } from './steps.ts'

/** @throws StaleView when the keys are not at hand any more, MintError */
export async function mint(
  { pair, fingerprint }: MintStep,
  { key, tenant, ring }: TokenObserved,
  clock: Clock,
): Promise<SealedToken> {
  const partnerKey = ring?.partner.get(pair.partner)
  const dataLensKey = ring?.dataLens.get(pair.dataLens)
  if (partnerKey === undefined || dataLensKey === undefined) throw new StaleView('the keys are gone')
  const token = await mintAccessToken({
    database: tenant.spec.database,
    dataLensKey,
    dataLensKeyVersion: pair.dataLens,
    partnerKey,
    partnerKeyVersion: pair.partner,
  })
  return {
    token,
    pair,
    fingerprint,
    seal: seal(deriveSealKey(partnerKey), { owner: sealOwner(key), fingerprint, token }),
    mintedAt: toTimestamp(clock.now()),
  }
}
