import { applyChange, readonlyOf, type Principal, type Principals } from './access-state.ts'
import type { AccessJournal } from './access-journal.ts'
import { readAccessStatement } from './access-statement.ts'
import { compactRights } from './compact-rights.ts'
import type { Engine, EngineResult } from './engine.ts'
import { Gate } from './gate.ts'
import { ServerError } from './server-error.ts'
import {
  readStatement,
  requireSingle,
  splitFormat,
  substituteParameters,
  type Statement,
} from './statement.ts'
import { quoteIdentifier } from './tokens.ts'
import { renderUsersXml, type Identity } from './users-xml.ts'

export interface ExecuteOptions {
  readonly user: string
  readonly format: string
  readonly database: string | undefined
  readonly settings: ReadonlyMap<string, string>
  readonly parameters: ReadonlyMap<string, string | null>
}

export interface ExecutorOptions {
  readonly engine: Engine
  readonly journal: AccessJournal
  readonly admin: string
  readonly settings: Readonly<Record<string, string>>
}

const asAdmin: Identity = { admin: true }
/** What the engine answers to an access statement that is valid and allowed: its own users are a read-only file. */
const allowedCodes = new Set([495, 514])
const empty: EngineResult = { body: new Uint8Array(), rowsRead: 0, bytesRead: 0, seconds: 0 }

/**
 * Runs each statement with the rights of its user. The engine knows a single session user, so:
 * - a SELECT of another user goes through a view that has this user as its definer;
 * - anything else of another user reopens the engine as that user, and stays so until somebody else needs it;
 * - access statements are checked by the engine, kept here, and told to the engine at the next reopening, which
 *   waits until a statement depends on them.
 */
export class Executor {
  readonly #options: ExecutorOptions
  readonly #gate = new Gate()
  #principals: Principals
  #identity: Identity = asAdmin
  /** Principals that changed since the engine read them. */
  #unread = new Set<string>()
  #membersChanged = false

  constructor(options: ExecutorOptions) {
    this.#options = options
    this.#principals = options.journal.read()
  }

  async open(): Promise<void> {
    await this.#gate.exclusive(() => this.#reopen(asAdmin))
  }

  async close(): Promise<void> {
    await this.#gate.exclusive(() => this.#options.engine.close())
  }

  user(name: string): Principal | undefined {
    const principal = this.#principals.get(name)
    return principal?.kind === 'user' ? principal : undefined
  }

  /** @throws ServerError with the code that a server gives. */
  async execute(sql: string, options: ExecuteOptions): Promise<EngineResult> {
    const statement = readStatement(sql)
    requireSingle(statement)
    this.#checkSettings(options)
    if (statement.kind === 'access')
      return await this.#gate.exclusive(() => this.#changeAccess(statement, options))
    for (;;) {
      const identity = this.#identityFor(statement, options.user)
      const fresh = !this.#isStale(statement, options.user)
      const run = (): Promise<EngineResult> => this.#run(statement, options)
      if (fresh && sameIdentity(identity, this.#identity)) {
        const result = await this.#gate.shared(async () =>
          sameIdentity(identity, this.#identity) && !this.#isStale(statement, options.user)
            ? await run()
            : undefined,
        )
        if (result !== undefined) return result
      } else {
        return await this.#gate.exclusive(async () => {
          await this.#reopen(identity)
          return await run()
        })
      }
    }
  }

  #identityFor(statement: Statement, user: string): Identity {
    if (user === this.#options.admin) return asAdmin
    if (!this.#identity.admin && this.#identity.user === user) return this.#identity
    return statement.kind === 'select' ? asAdmin : { admin: false, user }
  }

  #isStale(statement: Statement, user: string): boolean {
    return this.#membersChanged || this.#unread.has(user) || (this.#unread.size > 0 && statement.readsAccess)
  }

  async #run(statement: Statement, options: ExecuteOptions): Promise<EngineResult> {
    const { engine, admin } = this.#options
    if (options.user === admin || !this.#identity.admin) {
      const disposable =
        statement.kind === 'session' || /\bTEMPORARY\b/i.test(statement.verb + statement.sql.slice(0, 60))
      const asked = { ...options, sql: statement.sql, disposable }
      return await engine.run(asked).catch((error: unknown) => {
        throw inTheNameOf(options.user, error)
      })
    }
    const { body, format } = splitFormat(substituteParameters(statement, options.parameters))
    return await engine.run({
      ...options,
      sql: body,
      format: format ?? options.format,
      parameters: new Map(),
      definer: options.user,
    })
  }

  async #changeAccess(statement: Statement, options: ExecuteOptions): Promise<EngineResult> {
    const { engine, journal } = this.#options
    const [canonical = ''] = engine.ask('SELECT formatQuerySingleLine({sql:String})', { sql: statement.sql })
    const change = readAccessStatement(canonical)
    const identity =
      options.user === this.#options.admin ? asAdmin : { admin: false as const, user: options.user }
    const stale = this.#membersChanged || this.#unread.has(options.user)
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
    const isMembership = change.type === 'create' || change.type === 'drop' || change.type === 'alter'
    const reachesOthers = [...changed].some(name => next.get(name)?.kind === 'role')
    if (changed.size > 0 && (isMembership || reachesOthers || change.type === 'roles'))
      this.#membersChanged = true
    this.#principals = next
    return empty
  }

  async #reopen(identity: Identity): Promise<void> {
    const { engine, admin, settings, journal } = this.#options
    await engine.open(renderUsersXml(this.#principals, { admin, identity, settings }))
    this.#identity = identity
    this.#unread = new Set()
    this.#membersChanged = false
    if (!identity.admin) return
    const compacted = compactRights(this.#principals, principal =>
      engine.ask(`SHOW GRANTS FOR ${quoteIdentifier(principal.name)}`),
    )
    if (compacted === undefined) return
    this.#principals = compacted
    journal.compact(compacted)
  }

  /** Settings of a request: known to the engine, and allowed to a read-only user. */
  #checkSettings(options: ExecuteOptions): void {
    const user = this.user(options.user)
    const readonly = user === undefined ? 0 : readonlyOf(user)
    for (const [name, value] of options.settings) {
      if (!this.#options.engine.settingNames.has(name))
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

function sameIdentity(one: Identity, other: Identity): boolean {
  return one.admin ? other.admin : !other.admin && one.user === other.user
}

/** The engine speaks of its only user, `default`, whoever it stands for. */
function inTheNameOf(user: string, error: unknown): unknown {
  if (!(error instanceof ServerError) || !error.message.startsWith('default: ')) return error
  return new ServerError(error.code, error.symbol, user + error.message.slice('default'.length))
}
