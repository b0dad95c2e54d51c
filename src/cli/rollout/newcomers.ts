/** Which tenants without a token get one, and which are refused. Pure. */
import type { ConnectorTenantReason } from '../../api/reasons.ts'
import type { RolloutCandidate } from '../../tenancy/rollout/course.ts'
import { whyLeftOut, type NamedFault } from '../../tenancy/rollout/tally.ts'

export interface Newcomers {
  /** How many get a token as soon as keys and ClickHouse are there. */
  readonly awaited: number
  /** Those that get none as they are, with why. */
  readonly refused: readonly NamedFault[]
}

/** A plan takes keys and ClickHouse as given, so these refuse nobody in it. */
const takenAsGiven: ReadonlySet<string> = new Set<ConnectorTenantReason>([
  'AwaitingKey',
  'ConnectionNotReady',
  'StatementRefused',
  'PartnerKeyNotFound',
])

export function judgeNewcomers(newcomers: readonly RolloutCandidate[]): Newcomers {
  const refused = newcomers
    .flatMap(tenant => {
      const why = whyRefused(tenant)
      return why === undefined ? [] : [{ name: tenant.name, why }]
    })
    .toSorted((a, b) => (a.name < b.name ? -1 : 1))
  return { awaited: newcomers.length - refused.length, refused }
}

function whyRefused(tenant: RolloutCandidate): string | undefined {
  const { otherFault } = tenant
  const fault = otherFault === undefined || takenAsGiven.has(otherFault) ? undefined : otherFault
  return whyLeftOut(tenant) ?? fault
}
