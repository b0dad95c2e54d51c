import type { BroaderRight } from '../scope.ts'

/** One row of `system.grants` that is about SELECT. `null` stands for "any". */
export interface GrantRow {
  readonly holder: Holder
  readonly database: string | null
  readonly table: string | null
  readonly column: string | null
  readonly revoke: boolean
  readonly grantOption: boolean
  /** The last name given is a prefix: `client_*.*`, or `x.log_*`. */
  readonly wildcard: boolean
}

export interface Holder {
  readonly kind: 'user' | 'role'
  readonly name: string
}

/** One row of `system.role_grants`. */
export interface RoleRow {
  readonly holder: Holder
  readonly role: string
  /** In force from the login on; others only after SET ROLE. */
  readonly byDefault: boolean
}

/** What the reader may read, worked out as the server does it: from all its grants together. */
export interface ReaderRights {
  readonly exists: boolean
  /** True when the reader, as it logs in, may read every column of every table of the database. */
  covers(database: string): boolean
  /** True when the reader may read anything of the database, by whatever grant or role. */
  touches(database: string): boolean
  /** True when a grant to the user itself gives anything of the database: a REVOKE from the user takes that away. */
  touchesItself(database: string): boolean
  /** The roles to take from the user so that none gives anything of the database. No other REVOKE from it does that. */
  rolesThatOpen(database: string): readonly string[]
  /** Databases that a grant to the user itself names and fully covers. */
  readonly granted: ReadonlySet<string>
  /** Grants that reach beyond one database. */
  readonly broader: readonly BroaderRight[]
}

export interface ReaderAccess {
  readonly exists: boolean
  readonly user: string
  readonly grants: readonly GrantRow[]
  readonly roles: readonly RoleRow[]
}

/** @returns every role that the user can have, with whether it is in force from the login on. Cycles are allowed. */
export function rolesOf(
  user: string,
  rows: readonly RoleRow[],
): ReadonlyMap<string, { readonly byDefault: boolean }> {
  const reached = new Map<string, { byDefault: boolean }>()
  const ofRoles = Map.groupBy(
    rows.filter(({ holder }) => holder.kind === 'role'),
    ({ holder }) => holder.name,
  )
  // A list and no recursion: the server says how long a chain of roles is.
  const open = rows.filter(({ holder }) => holder.kind === 'user' && holder.name === user).reverse()
  for (let next = open.pop(); next !== undefined; next = open.pop()) {
    const { role, byDefault } = next
    const known = reached.get(role)
    if (known !== undefined && (known.byDefault || !byDefault)) continue
    reached.set(role, { byDefault })
    // A role that another role has is in force together with it.
    for (const row of ofRoles.get(role)?.toReversed() ?? []) open.push({ ...row, byDefault })
  }
  return reached
}

/** A reader's rights that are kept up to date with our own statements, without reading anew. */
export interface LiveRights extends ReaderRights {
  /** `GRANT SELECT ON <database>.* TO <reader>` succeeded. */
  noteGrant(database: string): void
  /** `REVOKE SELECT ON <database>.* FROM <reader>` succeeded. What its roles give stays. */
  noteRevoke(database: string): void
}

export function readerRights({ exists, user, grants, roles }: ReaderAccess): LiveRights {
  const reachable = rolesOf(user, roles)
  const own = new HolderRights()
  const others = new Map<string, HolderRights>()
  for (const row of grants) {
    if (row.holder.kind === 'user') {
      if (row.holder.name === user) own.add(row)
      continue
    }
    if (!reachable.has(row.holder.name)) continue
    const rights = others.get(row.holder.name) ?? new HolderRights()
    others.set(row.holder.name, rights)
    rights.add(row)
  }
  const inForce = [
    own,
    ...[...others].filter(([role]) => reachable.get(role)?.byDefault).map(([, rights]) => rights),
  ]
  const all = [own, ...others.values()]
  const leadingTo = rolesLeadingTo(user, roles)
  const granted = new Set(own.namedDatabases().filter(database => own.covers(database)))
  return {
    exists,
    covers: database => inForce.some(rights => rights.covers(database)),
    touches: database => all.some(rights => rights.touches(database)),
    touchesItself: database => own.touches(database),
    rolesThatOpen(database) {
      const opening = [...others].filter(([, rights]) => rights.touches(database)).map(([role]) => role)
      return opening.length === 0 ? [] : leadingTo(opening)
    },
    granted,
    broader: [
      ...own.broader(),
      ...[...others].flatMap(([role, rights]) => rights.broader().map(right => ({ ...right, role }))),
    ],
    noteGrant(database) {
      own.settle(database, true)
      granted.add(database)
    },
    noteRevoke(database) {
      own.settle(database, false)
      granted.delete(database)
    },
  }
}

/** For roles in question: which of them, given to the user itself, give it one of those. By their number, not its square. */
function rolesLeadingTo(
  user: string,
  rows: readonly RoleRow[],
): (roles: readonly string[]) => readonly string[] {
  const isGiven = ({ holder }: RoleRow): boolean => holder.kind === 'user' && holder.name === user
  const given = [...new Set(rows.filter(isGiven).map(({ role }) => role))].toSorted()
  const having = Map.groupBy(
    rows.filter(({ holder }) => holder.kind === 'role'),
    ({ role }) => role,
  )
  return roles => {
    const leading = new Set(roles)
    // A set goes on with what is added meanwhile, and has each once, so cycles end.
    for (const role of leading) for (const { holder } of having.get(role) ?? []) leading.add(holder.name)
    return given.filter(role => leading.has(role))
  }
}

/** In characters. No database has a longer name, as it is that of a folder, too. */
const longestPrefix = 255

/** The grants of one user or role. The time to look up a database does not grow with their number. */
class HolderRights {
  readonly #exact = new Map<string, boolean>()
  readonly #prefixes = new Map<string, boolean>()
  readonly #inside = new Map<string, { grant: boolean; revoke: boolean }>()
  #global: boolean | undefined

  add(row: GrantRow): void {
    // REVOKE GRANT OPTION FOR … leaves the right itself alone.
    if (row.revoke && row.grantOption) return
    const allowed = !row.revoke
    if (row.database === null) this.#global = allowed
    else if (row.table !== null || row.column !== null) this.#addInside(row.database, allowed)
    else if (row.wildcard) this.#prefixes.set(row.database, allowed)
    else this.#exact.set(row.database, allowed)
  }

  /** What a GRANT or REVOKE on `database.*` leaves: all of the database, or nothing. */
  settle(database: string, allowed: boolean): void {
    this.#exact.set(database, allowed)
    this.#inside.delete(database)
  }

  #addInside(database: string, allowed: boolean): void {
    const inside = this.#inside.get(database) ?? { grant: false, revoke: false }
    this.#inside.set(database, { grant: inside.grant || allowed, revoke: inside.revoke || !allowed })
  }

  /** What the most exact row says: the database's own, else the longest prefix's, else the one for all. */
  #nearest(database: string): boolean {
    const exact = this.#exact.get(database)
    if (exact !== undefined) return exact
    if (this.#prefixes.size > 0) {
      for (let length = Math.min(database.length, longestPrefix); length >= 0; length--) {
        const prefix = this.#prefixes.get(database.slice(0, length))
        if (prefix !== undefined) return prefix
      }
    }
    return this.#global ?? false
  }

  covers(database: string): boolean {
    return this.#nearest(database) && this.#inside.get(database)?.revoke !== true
  }

  touches(database: string): boolean {
    return this.#nearest(database) || this.#inside.get(database)?.grant === true
  }

  namedDatabases(): string[] {
    const named: string[] = []
    for (const [database, allowed] of this.#exact) if (allowed) named.push(database)
    return named
  }

  broader(): BroaderRight[] {
    const prefixes = [...this.#prefixes].filter(([, allowed]) => allowed).map(([prefix]) => prefix)
    return [
      ...(this.#global === true ? [{ scope: { kind: 'everything' } } as const] : []),
      ...prefixes.sort().map(prefix => ({ scope: { kind: 'prefix', prefix } }) as const),
    ]
  }
}
