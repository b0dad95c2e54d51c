import type { ClickHouseConnection } from '../api/clickhouse-connection.ts'
import type { ObjectKey } from '../api/object.ts'
import type { ClickHouseConnectionReason } from '../api/reasons.ts'
import type { CheckedRight } from '../clickhouse/rights/account.ts'
import type { ClickHouseErrorCode } from '../clickhouse/errors.ts'
import type { ReaderLogin } from '../clickhouse/rights/reader-login.ts'
import type { EndpointView } from '../clickhouse/catalog/snapshot.ts'
import type { Redacted } from '../core/redacted.ts'
import type { Table } from '../tenancy/departure/retired-tables.ts'
import type { Census, RetiredDatabase } from './departure/inventory.ts'

/** What is wrong, and what to do about it. */
export interface Problem {
  readonly reason: ClickHouseConnectionReason
  readonly message: string
}

/** The operator's account, as the Secrets give it. */
export type Account =
  | {
      readonly kind: 'ok'
      readonly username: string
      readonly password: Redacted<string>
      readonly ca: string | undefined
    }
  /** The Secrets have not been read yet. */
  | { readonly kind: 'unknown' }
  | { readonly kind: 'missing'; readonly problem: Problem }

/** The Secret with the reader's password. */
export type ReaderSecret =
  | { readonly kind: 'ok'; readonly password: Redacted<string> }
  | { readonly kind: 'unknown' }
  | { readonly kind: 'missing' }
  /** It is there, but what is in it cannot be used. */
  | { readonly kind: 'unusable'; readonly because: string }

/** What came of logging in as the reader on one endpoint. */
export type Verification =
  | { readonly url: string; readonly kind: 'loggedIn'; readonly login: ReaderLogin }
  | { readonly url: string; readonly kind: 'refused' }
  | { readonly url: string; readonly kind: 'failed'; readonly code: ClickHouseErrorCode }

/** A tenant that is gone and still has access, or a mark that says it is there. */
export interface Gone {
  readonly namespace: string
  readonly name: string
  readonly database: string
  /** When it was first missed; monotonic milliseconds. */
  readonly since: number
  /** The watch told of it, so the sweep's grace does not apply. */
  readonly noted: boolean
}

/** A retired database whose time has come, looked into just now. */
export interface Emptiable extends RetiredDatabase {
  readonly tables: readonly (Table & { readonly engine: string })[]
  /** 0 is no limit. */
  readonly maxTableBytes: number
}

/** All that a decision about one connection rests on: plain data, read once. */
export interface Observed {
  readonly key: ObjectKey
  readonly connection: ClickHouseConnection
  /** Milliseconds since the epoch. */
  readonly now: number
  /** Monotonic milliseconds. */
  readonly elapsed: number
  readonly installation: string
  /** Nothing may be changed. */
  readonly observing: boolean
  readonly account: Account
  /** Empty while there is no server to talk to. */
  readonly endpoints: readonly EndpointView[]
  /** Rights that the operator's account lacks; empty also when nobody could say. */
  readonly missingRights: readonly CheckedRight[]
  /** The database names that PartnerKeys allow, as globs. */
  readonly patterns: readonly string[]
  readonly readerSecret: ReaderSecret
  /** Name of that Secret. */
  readonly readerSecretName: string
  readonly verifications: readonly Verification[]
  readonly census: Census
  readonly gone: readonly Gone[]
  /** When access was taken from others than those in `gone`; monotonic milliseconds. */
  readonly recentDepartures: readonly number[]
  readonly emptiable: readonly Emptiable[]
  /** Databases that the reader may still read after a REVOKE, so that another would do no more: `<url> <database>`. */
  readonly unrevokable: ReadonlySet<string>
}
