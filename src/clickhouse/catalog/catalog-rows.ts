/** What the server's rows mean. Pure: the statements that ask for them are in catalog.ts. */
import type { Cell, Row } from '../endpoint/answer.ts'
import type { GrantRow, Holder, RoleRow } from './reader-rights.ts'
import type { AccessStorage, DatabaseView } from './snapshot.ts'

export interface ServerFacts {
  readonly version: string
  /** Milliseconds since the epoch; undefined for what is no time that a mark could hold, and one a year later. */
  readonly time: number | undefined
  readonly accessStorage: AccessStorage
  readonly readerExists: boolean
  /** `serverUUID()`; undefined when it is none. */
  readonly uuid: string | undefined
  /** Undefined where it was not asked for. */
  readonly announced: string | undefined
}

const writableStorages: ReadonlySet<string> = new Set([
  'local_directory',
  'local directory',
  'replicated',
  'memory',
])

export function parseServer(rows: readonly Row[]): ServerFacts {
  const [version, directories, storages, time, uuid, announced] = rows[0] ?? []
  const declared = asList(directories).map(pair => ({
    name: text(asList(pair)[0]),
    type: text(asList(pair)[1]),
  }))
  const readerStorages = asList(storages).map(text)
  const home = declared.find(({ name }) => name === readerStorages[0])
  const chosen = home ?? declared.find(({ type }) => writableStorages.has(type))
  return {
    version: text(version),
    time: timeOf(time),
    uuid: uuidOf(uuid),
    announced: announced === undefined ? undefined : text(announced),
    readerExists: readerStorages.length > 0,
    accessStorage: { replicated: chosen?.type === 'replicated', name: chosen?.name, type: chosen?.type },
  }
}

const lastTime = Date.UTC(9990, 0)

function timeOf(cell: Cell | undefined): number | undefined {
  const ms = Number(text(cell))
  return Number.isSafeInteger(ms) && ms > 0 && ms < lastTime ? ms : undefined
}

type Databases = ReadonlyMap<string, DatabaseView>

/**
 * A list of databases, read row by row. Of one that is as it was, the known copy is kept: there may be ten thousand, read
 * every few seconds.
 */
export class DatabaseList {
  readonly databases = new Map<string, DatabaseView>()
  readonly #known: Databases
  #lister: Cell | undefined

  constructor(known: Databases = new Map()) {
    this.#known = known
  }

  /** The uuid of the server that lists them. */
  get lister(): string | undefined {
    return uuidOf(this.#lister)
  }

  /** The server's own row has no name, which no database is without. */
  add([name, uuid, comment, engine]: Row): void {
    if (name === '') {
      this.#lister ??= uuid
      return
    }
    const key = text(name)
    const view = { uuid: text(uuid), comment: text(comment), engine: text(engine) }
    const known = this.#known.get(key)
    this.databases.set(key, known !== undefined && isSame(known, view) ? known : view)
  }
}

function isSame(a: DatabaseView, b: DatabaseView): boolean {
  return a.uuid === b.uuid && a.comment === b.comment && a.engine === b.engine
}

/** A server that has none says zeros. */
export function uuidOf(cell: Cell | undefined): string | undefined {
  const uuid = text(cell)
  return /^[0-9a-f-]{36}$/.test(uuid) && /[1-9a-f]/.test(uuid) ? uuid : undefined
}

export function parseRoles(rows: readonly Row[]): RoleRow[] {
  return rows.flatMap(([user, role, granted, byDefault]) => {
    const holder = holderOf(user, role)
    return holder === undefined ? [] : [{ holder, role: text(granted), byDefault: Number(byDefault) === 1 }]
  })
}

/** Undefined for a grant that nobody holds. */
export function grantIn(row: Row): GrantRow | undefined {
  const [user, role, database, table, column, revoke, grantOption, wildcard] = row
  const holder = holderOf(user, role)
  if (holder === undefined) return undefined
  return {
    holder,
    database: textOrNull(database),
    table: textOrNull(table),
    column: textOrNull(column),
    revoke: Number(revoke) === 1,
    grantOption: Number(grantOption) === 1,
    wildcard: Number(wildcard) === 1,
  }
}

const wildcardTarget = / ON (?:`((?:[^`\\]|\\.)*)`|([A-Za-z_][A-Za-z0-9_]*))\*\.\* (?:TO|FROM) /s

/** @returns the prefixes of databases that lines of SHOW GRANTS name with an asterisk */
export function parseWildcards(rows: readonly Row[]): ReadonlySet<string> {
  const prefixes = new Set<string>()
  for (const [line] of rows) {
    const found = wildcardTarget.exec(text(line))
    if (found) prefixes.add(found[2] ?? (found[1] ?? '').replace(/\\(.)/gs, '$1'))
  }
  return prefixes
}

/** If both `client_` and `client_*` are granted, both count as the wider one, which is the safe reading. */
export function markWildcards(rows: readonly GrantRow[], prefixes: ReadonlySet<string>): GrantRow[] {
  return rows.map(row =>
    row.database !== null && row.table === null && prefixes.has(row.database)
      ? { ...row, wildcard: true }
      : row,
  )
}

function holderOf(user: Cell | undefined, role: Cell | undefined): Holder | undefined {
  if (typeof user === 'string') return { kind: 'user', name: user }
  if (typeof role === 'string') return { kind: 'role', name: role }
  return undefined
}

function asList(cell: Cell | undefined): readonly Cell[] {
  return Array.isArray(cell) ? (cell as readonly Cell[]) : []
}

function text(cell: Cell | undefined): string {
  return typeof cell === 'string' || typeof cell === 'number' ? String(cell) : ''
}

function textOrNull(cell: Cell | undefined): string | null {
  return typeof cell === 'string' ? cell : null
}
