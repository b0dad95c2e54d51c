import type { Kind } from '../kind.ts'

/** What a row calls the object that it is about. */
const subjects = {
  ClickHouseConnection: 'default',
  PartnerKey: 'acme',
  ConnectorTenant: 'one',
  SecureEmbed: 'lobby',
} as const satisfies Readonly<Record<Kind, string>>

/** Names that no other corner has, in the cluster and in ClickHouse. */
export class Names {
  readonly id: string
  readonly namespace: string
  /** Begins the names of its databases. */
  readonly prefix: string
  readonly reader: string
  /** The operator's account, where a row has one of its own. */
  readonly account: string
  readonly #isShared: boolean

  /** @param commons whose namespace and reader they share; by default nobody's */
  constructor(id: string, commons?: Names) {
    this.id = id
    this.#isShared = commons !== undefined
    this.namespace = commons?.namespace ?? `truth-${id}`
    this.prefix = `client_${id}_`
    this.reader = commons?.reader ?? `reader_${id}`
    this.account = `operator_${id}`
  }

  /** The name of what the row calls so: `one-datalens` is `one-a7-datalens` where others are beside it. */
  name(called: string): string {
    return this.#isShared
      ? called.replace(/^(one|two|former|acme|brought|lobby|signing)\b/, `$1-${this.id}`)
      : called
  }

  subject(kind: Kind): string {
    return this.name(subjects[kind])
  }

  database(name = 'one'): string {
    return `${this.prefix}${name}`
  }

  key(called: string): string {
    return `${this.namespace}/${this.name(called)}`
  }

  subjectKey(kind: Kind): string {
    return `${this.namespace}/${this.subject(kind)}`
  }
}
