import type { Condition } from '../../../src/api/conditions.ts'
import type { KubeObject } from '../../../src/api/object.ts'

/** The kinds whose reasons the table has. */
export type Kind = 'ClickHouseConnection' | 'PartnerKey' | 'ConnectorTenant' | 'SecureEmbed'

/** An object of these. */
export interface Judged extends KubeObject {
  readonly status?: { readonly conditions?: readonly Condition[]; readonly observedGeneration?: number }
}
