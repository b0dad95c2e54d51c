import { applyChange, readonlyOf, type Principal, type Principals } from './access-state.ts'
import type { AccessJournal } from './access-journal.ts'
import { readAccessStatement } from './access-statement.ts'
import { compactRights } from './compact-rights.ts'
import type { EngineClient } from '../engine/client.ts'
import type { EngineQuery, EngineResult } from '../engine/engine.ts'
import { Gate } from '../engine/gate.ts'
import { asAdmin, type Identity, inTheNameOf, sameIdentity } from './identity.ts'
import { readsRightsAlone, type RightsEngine } from './rights-engine.ts'
import { ServerError } from '../sql/server-error.ts'
import {
  readStatement,
  requireSingle,
  splitFormat,
  substituteParameters,
  type Statement,
} from '../sql/statement.ts'
import { nameServer } from '../sql/server-uuid.ts'
import { nameStorages } from '../sql/storage-names.ts'
import { quoteIdentifier } from '../sql/tokens.ts'
import { renderUsersXml } from './users-xml.ts'

export interface ExecuteOptions {
  readonly user: string
  readonly format: string
  readonly database: string | undefined
  readonly settings: ReadonlyMap<string, string>
  readonly parameters: ReadonlyMap<string, string | null>
  /** With its roles and settings of then, as in a session that began then. Default: with those of now. */
  readonly account?: Principal | undefined
}

export interface ExecutorOptions {
  readonly engine: EngineClient
  readonly rights: RightsEngine
  readonly journal: AccessJournal
  readonly admin: string
  /** What `serverUUID()` answers. */
  readonly serverUuid: string
  readonly settings: Readonly<Record<string, string>>
}

/** With more databases than that it pays to ask the engine that has none. */
const manyDatabases = 1_000
/** Errors by which the engine refuses an access statement only because its own users are a read-only file. */
const allowedCodes = new Set([495, 514])
/** A view takes no setting of its definer but `readonly`. */
const asksForSettings = ({ sql }: Statement): boolean => /\bgetSetting\('(?!readonly')/.test(sql)
const empty: EngineResult = { body: new Uint8Array(), rowsRead: 0, bytesRead: 0, seconds: 0 }

/**
 * Runs each statement with the rights of its user. The engine knows a single session user, so:
 * - a SELECT of another user than the administrator goes through a view with that user as its definer, where the
 *   engine has temporary views;
 * - for any other statement the engine is reopened as that user, and stays so until another is needed;
 * - access statements are judged by the engine and kept here. The engine learns them when it is reopened: when the
 *   first statement comes that depends on them.
 */
export class Executor {
  readonly #options: ExecutorOptions
  readonly #gate = new Gate()
  #principals: Principals
  #identity: Identity = asAdmin
  /** Principals that changed since the engine read them. */
  #unread = new Set<string>()
  /** Users or roles were made or dropped since then. */
  #membersChanged = false
  /** A role got or lost rights or members since then. */
  #rolesChanged = false
  #slowToOpen = false

  constructor(options: ExecutorOptions) {
    this.#options = options
    this.#principals = options.journal.read()
  }

  async open(): Promise<void> {
    await this.#gate.exclusive(() => this.#reopen(asAdmin))
  }

  async close(): Promise<void> {
    await this.#gate.exclusive(() => this.#options.engine.close())
    await this.#options.rights.close()
  }

  user(name: string): Principal | undefined {
    const principal = this.#principals.get(name)
    return principal?.kind === 'user' ? principal : undefined
  }

  /** @throws ServerError with the code that a ClickHouse server would give */
  async execute(sql: string, options: ExecuteOptions): Promise<EngineResult> {
    const { admin, serverUuid } = this.#options
    const statement = nameServer(nameStorages(readStatement(sql), admin), serverUuid)
    requireSingle(statement)
    this.#checkSettings(options)
    if (statement.kind === 'access')
      return await this.#gate.exclusive(() => this.#changeAccess(statement, options))
    const former = asOf(options.account, this.#principals)
    if (former !== undefined && readsRightsAlone(statement.tokens))
      return await this.#readRights(statement, options, former)
    if (this.#slowToOpen && this.#isStale(statement, options.user) && readsRightsAlone(statement.tokens))
      return await this.#readRights(statement, options, this.#principals)
    const ready = await this.#gate.shared(async () =>
      this.#isReady(statement, options.user) ? await this.#run(statement, options) : undefined,
    )
    if (ready !== undefined) return ready
    return await this.#gate.exclusive(async () => {
      if (!this.#isReady(statement, options.user))
        await this.#reopen(this.#identityFor(statement, options.user))
      return await this.#run(statement, options)
    })
  }

  /** In the engine that has no databases, with these users. */
  async #readRights(
    statement: Statement,
    options: ExecuteOptions,
    principals: Principals,
  ): Promise<EngineResult> {
    const { rights, engine, admin } = this.#options
    const asUser = options.user !== admin && !engine.facts.hasTemporaryViews
    const identity: Identity = asUser ? { admin: false, user: options.user } : asAdmin
    return await rights
      .run(this.#query(statement, options, identity), { principals, identity })
      .catch((error: unknown) => {
        throw inTheNameOf(options.user, error)
      })
  }

  #isReady(statement: Statement, user: string): boolean {
    return sameIdentity(this.#identityFor(statement, user), this.#identity) && !this.#isStale(statement, user)
  }

  #identityFor(statement: Statement, user: string): Identity {
    if (user === this.#options.admin) return asAdmin
    if (!this.#identity.admin && this.#identity.user === user) return this.#identity
    const goesThroughView = this.#options.engine.facts.hasTemporaryViews && !asksForSettings(statement)
    return statement.kind === 'select' && goesThroughView ? asAdmin : { admin: false, user }
  }

  #isStale(statement: Statement, user: string): boolean {
    const ownRights = user !== this.#options.admin && this.#rightsChangedOf(user)
    return ownRights || (this.#unread.size > 0 && statement.readsAccess)
  }

  #rightsChangedOf(user: string): boolean {
    return this.#membersChanged || this.#rolesChanged || this.#unread.has(user)
  }

  async #run(statement: Statement, options: ExecuteOptions): Promise<EngineResult> {
    return await this.#options.engine
      .run(this.#query(statement, options, this.#identity))
      .catch((error: unknown) => {
        throw inTheNameOf(options.user, error)
      })
  }

  /** What to tell an engine of this identity so that the statement runs with the rights of its user. */
  #query(statement: Statement, options: ExecuteOptions, identity: Identity): EngineQuery {
    if (options.user === this.#options.admin || !identity.admin)
      return { ...options, sql: statement.sql, disposable: statement.changesSession }
    const { body, format } = splitFormat(substituteParameters(statement, options.parameters))
    const view = { sql: body, format: format ?? options.format, parameters: new Map<string, string | null>() }
    return { ...options, ...view, definer: options.user }
  }

  async #changeAccess(statement: Statement, options: ExecuteOptions): Promise<EngineResult> {
    const { engine, journal } = this.#options
    const [canonical = ''] = await engine.ask('SELECT formatQuerySingleLine({sql:String})', {
      sql: statement.sql,
    })
    const change = readAccessStatement(canonical)
    const identity =
      options.user === this.#options.admin ? asAdmin : { admin: false as const, user: options.user }
    const stale = this.#membersChanged || (!identity.admin && this.#rightsChangedOf(options.user))
    if (stale || !sameIdentity(identity, this.#identity)) await this.#reopen(identity)
    const refusal = await engine.run({ ...options, sql: statement.sql }).then(
      () => undefined,
      (error: unknown) => inTheNameOf(options.user, error),
    )
    if (refusal === undefined) return empty
    if (!(refusal instanceof ServerError) || !allowedCodes.has(refusal.code)) throw refusal
    const { next, changed } = applyChange(this.#principals, change)
    for (const name of changed) {
      journal.append(name, this.#principals.get(name), next.get(name))
      this.#unread.add(name)
    }
    const isMembership = change.type === 'create' || change.type === 'drop'
    if (changed.size > 0 && isMembership) this.#membersChanged = true
    if (change.type === 'roles' || [...changed].some(name => next.get(name)?.kind === 'role'))
      this.#rolesChanged = true
    this.#principals = next
    return empty
  }

  async #reopen(identity: Identity): Promise<void> {
    const { engine, admin, settings, journal } = this.#options
    await engine.open(renderUsersXml(this.#principals, { admin, identity, settings }))
    const [databases] = await engine.ask('SELECT toString(count()) FROM system.databases')
    this.#slowToOpen = Number(databases) > manyDatabases
    this.#identity = identity
    this.#unread = new Set()
    this.#membersChanged = false
    this.#rolesChanged = false
    if (!identity.admin) return
    const compacted = await compactRights(this.#principals, principal =>
      engine.ask(`SHOW GRANTS FOR ${quoteIdentifier(principal.name)}`),
    )
    if (compacted === undefined) return
    this.#principals = compacted
    journal.compact(compacted)
  }

  /** Refuses settings that the engine does not know, or that a read-only user may not change. */
  #checkSettings(options: ExecuteOptions): void {
    const user = this.user(options.user)
    const readonly = user === undefined ? 0 : readonlyOf(user)
    for (const [name, value] of options.settings) {
      if (!this.#options.engine.facts.settingNames.has(name))
        throw new ServerError(
          115,
          'UNKNOWN_SETTING',
          `Setting ${name} is neither a builtin setting nor started with the prefix 'SQL_' registered for user-defined settings`,
        )
      const refused = readonly === 1 || (readonly === 2 && name === 'readonly')
      if (refused && !(name === 'readonly' && Number(value) === readonly))
        throw new ServerError(164, 'READONLY', `Cannot modify '${name}' setting in readonly mode`)
    }
  }
}

/** The principals with this one's roles and settings of then. Undefined where these are those of now. */
function asOf(account: Principal | undefined, principals: Principals): Principals | undefined {
  const current = account === undefined ? undefined : principals.get(account.name)
  if (account === undefined || current === undefined) return undefined
  const { roles, settings, profiles } = account
  if (roles === current.roles && settings === current.settings && profiles === current.profiles)
    return undefined
  return new Map(principals).set(account.name, { ...current, roles, settings, profiles })
}
