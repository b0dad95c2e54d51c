import type { ResourceDefinition } from '../../../src/api/definition/resource.ts'
import { kinds } from '../../../src/api/kinds.ts'

export type Kind = (typeof kinds)[number]['kind']
export type Spec = Readonly<Record<string, unknown>>

export const definitions = Object.fromEntries(
  kinds.map(definition => [definition.kind, definition]),
) as Readonly<Record<Kind, ResourceDefinition>>

/** The smallest spec that is good; cases say only what differs. */
export const smallest: Readonly<Record<Kind, Spec>> = {
  ClickHouseConnection: { endpoints: ['https://ch1.data:8443'], credentialsSecretRef: { name: 'operator' } },
  PartnerKey: { keyVersion: 1 },
  ConnectorTenant: { partnerKeyRef: { name: 'acme' }, database: 'client_1' },
  SecureEmbed: {
    platform: 'Yandex',
    kind: 'Chart',
    embedId: 'pgx4ekt5dj3u1',
    signingKeySecretRef: { name: 'embed-key' },
  },
}

/** [what it is, the part of the spec that differs] */
export type Accepted = readonly [name: string, change: Spec]
/** [what it is, the part of the spec that differs, what the API server must say] */
export type Refused = readonly [name: string, change: Spec, says: string]
/** [what it is, before, after, what the API server must say, or undefined if it must accept] */
export type Change = readonly [name: string, before: Spec, after: Spec, says: string | undefined]
