import { mkdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { drainPending, Session } from 'chdb'
import { toServerError } from '../sql/server-error.ts'
import { quoteIdentifier, quoteLiteral } from '../sql/tokens.ts'

export interface EngineQuery {
  readonly sql: string
  readonly format: string
  readonly database: string | undefined
  readonly settings: ReadonlyMap<string, string>
  readonly parameters: ReadonlyMap<string, string | null>
  /** The SELECT in `sql` runs with the rights of this user alone. Undefined: with those of the user `default`. */
  readonly definer?: string
  /** The statement changes its session (SET, USE, temporary tables), so no other may run in that session. */
  readonly disposable?: boolean
}

export interface EngineResult {
  readonly body: Uint8Array
  readonly rowsRead: number
  readonly bytesRead: number
  readonly seconds: number
}

/** No fsync: nobody needs these data after a power loss, and it takes half of the time of a CREATE DATABASE. */
const engineSettings = ['--fsync_metadata=0', '--implicit_select=0']
const idleSessions = 8

/**
 * The engine of this process. chdb has one data directory and one user, `default`, with the rights that the users
 * file gives it when the engine is opened.
 */
export class Engine {
  readonly #directory: string
  readonly #args: readonly string[]
  #keeper: Session | undefined
  #idle: Session[] = []
  version = 'unknown'
  settingNames: ReadonlySet<string> = new Set()

  constructor(directory: string) {
    this.#directory = directory
    this.#args = [`--config-file=${join(directory, 'config.xml')}`, ...engineSettings]
  }

  /**
   * Closes the engine if it is open, and opens it with these users. No query may be running.
   * @throws Error when the engine refuses the users file.
   */
  async open(usersXml: string): Promise<void> {
    await this.close()
    mkdirSync(this.#directory, { recursive: true })
    const usersPath = join(this.#directory, 'users.xml')
    writeFileSync(usersPath, usersXml, { mode: 0o600 })
    writeFileSync(
      join(this.#directory, 'config.xml'),
      `<clickhouse><users_config>${usersPath}</users_config></clickhouse>\n`,
    )
    this.#keeper = this.#session()
    if (this.settingNames.size > 0) return
    this.version = this.#keeper.query('SELECT version()', 'TSVRaw').trim()
    this.settingNames = new Set(this.#keeper.query('SELECT name FROM system.settings', 'TSVRaw').split('\n'))
  }

  async close(): Promise<void> {
    for (const session of [...this.#idle, this.#keeper]) session?.close()
    this.#idle = []
    this.#keeper = undefined
    await drainPending()
  }

  /** @throws ServerError as the engine puts it. */
  async run(query: EngineQuery): Promise<EngineResult> {
    const changed = query.disposable === true || query.database !== undefined || query.definer !== undefined
    const plain = !changed && query.settings.size === 0
    const session = (plain ? this.#idle.pop() : undefined) ?? this.#session()
    try {
      return await this.#runIn(session, query)
    } catch (error) {
      throw toServerError(error)
    } finally {
      if (plain && this.#keeper !== undefined && this.#idle.length < idleSessions) this.#idle.push(session)
      else session.close()
    }
  }

  /** Runs a query as the administrator. @returns its first column */
  ask(sql: string, parameters: Readonly<Record<string, string>> = {}): readonly string[] {
    if (this.#keeper === undefined) throw new Error('The engine is not open')
    try {
      const text = this.#keeper.queryBind(sql, parameters, 'JSONCompactColumns')
      return (JSON.parse(text) as string[][])[0] ?? []
    } catch (error) {
      throw toServerError(error)
    }
  }

  async #runIn(session: Session, query: EngineQuery): Promise<EngineResult> {
    if (query.database !== undefined) session.query(`USE ${quoteIdentifier(query.database)}`)
    const sql =
      query.definer === undefined
        ? query.sql
        : `SELECT * FROM ${asDefiner(session, query.sql, query.definer)}`
    const settings = [...query.settings].map(([name, value]) => `${name} = ${quoteLiteral(value)}`)
    if (settings.length > 0) session.query(`SET ${settings.join(', ')}`)
    const options = { format: query.format }
    const result = await (query.parameters.size === 0
      ? session.queryAsync(sql, options)
      : session.queryBindAsync(sql, Object.fromEntries(query.parameters), options))
    return {
      body: result.bytes(),
      rowsRead: result.rowsRead,
      bytesRead: result.bytesRead,
      seconds: result.elapsed,
    }
  }

  #session(): Session {
    return new Session(join(this.#directory, 'data'), { connectionArgs: [...this.#args] })
  }
}

/** Makes a view that only this session sees, and that runs with the rights and settings of its definer. */
function asDefiner(session: Session, select: string, definer: string): string {
  const view = '_as_user'
  session.query(
    `CREATE TEMPORARY VIEW ${view} DEFINER = ${quoteIdentifier(definer)} SQL SECURITY DEFINER AS ${select}`,
  )
  return view
}
