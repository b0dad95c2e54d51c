/**
 * What tenants' Secrets prove about a key whose ledger entry is lost. A seal was made with the partner's key; a
 * fingerprint of inputs names the keys of both sides. Users of a namespace can damage their Secret, but cannot make one
 * that proves a key. So a single proof outweighs all that does not fit.
 */
import { dataOf, type Secret } from '../../api/core-objects.ts'
import { annotations } from '../../api/labels.ts'
import type { Pair } from '../../tenancy/pair.ts'
import { inputsFingerprint } from '../../token/fingerprint.ts'
import type { PartnerPrivateKey } from '../../token/keys.ts'
import { checkSeal, deriveSealKey } from '../../token/seal.ts'
import { pairIn } from '../tenants/tenant-view.ts'
import type { FoundKeys } from './observed.ts'

interface DisproofSources {
  /** The partner's key of a version, as far as it is there. */
  readonly partnerKey: (version: number) => PartnerPrivateKey | undefined
  /** All token Secrets of the PartnerKey's tenants. */
  readonly secrets: () => Iterable<Secret>
}

export function disprovedBy(from: DisproofSources): FoundKeys['disproved'] {
  return (side, version, fingerprint) => {
    let against = 0
    for (const secret of from.secrets()) {
      const pair = pairIn(secret)
      if (pair === undefined || (side === 'Partner' ? pair.partner : pair.dataLens) !== version) continue
      const partner = from.partnerKey(pair.partner)
      if (partner === undefined) continue
      const sealed = isSealed(secret, partner)
      // Without a seal of ours, the fingerprint of the inputs says nothing about DataLens's key.
      if (side === 'DataLens' && !sealed) continue
      if (side === 'DataLens' ? isMadeWith(secret, pair, { fingerprint, partner }) : sealed) return false
      against += 1
    }
    return against > 0
  }
}

function isSealed(secret: Secret, key: PartnerPrivateKey): boolean {
  const { owner, fingerprint, seal } = marksOf(secret)
  return checkSeal(deriveSealKey(key), { owner, fingerprint, token: dataOf(secret, 'token') ?? '' }, seal)
}

function isMadeWith(
  secret: Secret,
  pair: Pair,
  { fingerprint, partner }: { readonly fingerprint: string; readonly partner: PartnerPrivateKey },
): boolean {
  const expected = inputsFingerprint({
    database: dataOf(secret, 'database') ?? '',
    dataLensKeyVersion: pair.dataLens,
    dataLensKeyFingerprint: fingerprint,
    partnerKeyVersion: pair.partner,
    partnerKeyFingerprint: partner.fingerprint,
  })
  return marksOf(secret).fingerprint === expected
}

function marksOf({ metadata }: Secret): { owner: string; fingerprint: string; seal: string } {
  const marks = metadata.annotations ?? {}
  return {
    owner: marks[annotations.owner] ?? '',
    fingerprint: marks[annotations.fingerprint] ?? '',
    seal: marks[annotations.seal] ?? '',
  }
}
