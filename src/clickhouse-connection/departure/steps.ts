import type { TenantName } from '../../tenancy/claim/endpoint.ts'

/** What a step against a tenant that is gone rests on. All of it is proved anew directly before. */
interface OnDeparted {
  readonly tenant: TenantName
  readonly database: string
}

export type DepartureStep =
  | (OnDeparted & {
      readonly kind: 'revokeRead'
      readonly urls: readonly string[]
      /** The comment of the database by endpoint: wherever one is another by now, nothing is done. */
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
      readonly expected: string
      readonly table: { readonly name: string; readonly engine: string }
    })
