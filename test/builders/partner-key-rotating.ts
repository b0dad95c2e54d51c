/** A PartnerKey in the middle of a rollout, unless said otherwise. */
import type { PartnerKey, PartnerKeySpec, PartnerKeyStatus } from '../../src/api/partner-key.ts'
import { builtPartnerKey } from './partner-key.ts'

type Rollout = NonNullable<PartnerKeyStatus['rollout']>
type Keys = NonNullable<PartnerKeyStatus['keys']>

export const fingerprintOfVersion = (letter: string): string => `SHA256:${letter.repeat(43)}`

export const keysInRotation: Keys = [
  { side: 'DataLens', version: 1, fingerprint: fingerprintOfVersion('D'), state: 'Active', tokens: 300 },
  { side: 'Partner', version: 1, fingerprint: fingerprintOfVersion('A'), state: 'Active', tokens: 180 },
  { side: 'Partner', version: 2, fingerprint: fingerprintOfVersion('B'), state: 'Active', tokens: 120 },
]

export interface PartnerKeyParts {
  readonly spec?: Partial<PartnerKeySpec>
  readonly pace?: Partial<PartnerKeySpec['rollout']>
  readonly status?: Partial<PartnerKeyStatus>
  readonly rollout?: Partial<Rollout>
}

export function rotatingPartnerKey({ spec, pace, status, rollout }: PartnerKeyParts = {}): PartnerKey {
  return builtPartnerKey({
    metadata: { uid: 'uid-1', generation: 4 },
    spec: {
      keyVersion: 2,
      dataLens: { keyVersion: 1, publicKey: 'PEM' },
      tenants: { namespaces: { from: 'All' }, databases: ['*'], allowDrop: false, assignments: [] },
      rollout: { ...builtPartnerKey().spec.rollout, ...pace },
      ...spec,
    },
    status: {
      observedGeneration: 4,
      current: '1:1',
      target: '1:2',
      keys: keysInRotation,
      rollout: {
        phase: 'Rolling',
        phaseSince: '2026-01-01T00:00:00Z',
        updated: 120,
        total: 300,
        failed: 0,
        skipped: 0,
        admittedPermille: 400,
        message: '40 % of the slots may move to 1:2.',
        ...rollout,
      },
      conditions: [condition('Ready', 'True', 'Ready', 'The keys of the spec are at hand.')],
      ...status,
    },
  })
}

export function condition(type: string, status: 'True' | 'False', reason: string, message: string) {
  const lastTransitionTime = '2026-01-01T00:00:00Z'
  return { type, status, reason, message, lastTransitionTime } as NonNullable<
    PartnerKeyStatus['conditions']
  >[number]
}
