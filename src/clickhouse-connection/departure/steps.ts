import type { TenantName } from '../../tenancy/claim/endpoint.ts'

/** What a step for a tenant that is gone rests on. All of it is proved anew right before. */
interface OnDeparted {
  readonly tenant: TenantName
  readonly database: string
}

export type DepartureStep =
  | (OnDeparted & {
      readonly kind: 'revokeRead'
      readonly urls: readonly string[]
      /** The comment of the database by endpoint. Where it is now another, nothing is done. */
      readonly expected: ReadonlyMap<string, string>
    })
  | (OnDeparted & {
      readonly kind: 'retireDatabase'
      readonly url: string
      readonly expected: string
      readonly mark: string
    })
  | (OnDeparted & {
      readonly kind: 'dropTable'
      readonly url: string
      /** The comment of the database by endpoint, on all of them. Where it is now another, nothing is done. */
      readonly expected: ReadonlyMap<string, string>
      readonly table: { readonly name: string; readonly engine: string }
    })
