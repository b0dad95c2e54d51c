/** What is done to the reader's rights on a tenant's database. */
export interface AccessStep {
  readonly kind: 'grantRead' | 'revokeRead'
  readonly database: string
  readonly urls: readonly string[]
  /** The ClickHouse user's name, for people who read the step. */
  readonly reader: string
}
