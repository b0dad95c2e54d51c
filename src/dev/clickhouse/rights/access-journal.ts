import { appendFileSync, existsSync, readFileSync, renameSync, writeFileSync } from 'node:fs'
import type { Principal, Principals } from './access-state.ts'

interface Line {
  readonly name: string
  /** What replaces the principal of that name; null when it was dropped. */
  readonly principal: StoredPrincipal | null
}

type StoredPrincipal = Omit<Principal, 'roles'> & { readonly roles: readonly (readonly [string, boolean])[] }

/**
 * Users, roles and their rights on disk, so that they outlive the process, however it ends. For a new grant one line
 * is appended; after any other change the whole principal is written.
 */
export class AccessJournal {
  readonly #path: string

  constructor(path: string) {
    this.#path = path
  }

  read(): Principals {
    const principals = new Map<string, Principal>()
    if (!existsSync(this.#path)) return principals
    for (const text of readFileSync(this.#path, 'utf8').split('\n')) {
      const line = parse(text)
      if (line === undefined) continue
      if ('rights' in line) {
        const before = principals.get(line.name)
        if (before !== undefined)
          principals.set(line.name, { ...before, rights: before.rights.concat(line.rights) })
      } else if (line.principal === null) principals.delete(line.name)
      else principals.set(line.name, { ...line.principal, roles: new Map(line.principal.roles) })
    }
    return principals
  }

  append(name: string, before: Principal | undefined, after: Principal | undefined): void {
    const added = onlyAddedRights(before, after)
    const line = added === undefined ? { name, principal: store(after) } : { name, rights: added }
    appendFileSync(this.#path, `${JSON.stringify(line)}\n`, { mode: 0o600 })
  }

  /** Replaces all lines by the present state, in one step. */
  compact(principals: Principals): void {
    const lines = [...principals.values()].map(principal =>
      JSON.stringify({ name: principal.name, principal: store(principal) }),
    )
    const next = `${this.#path}.next`
    writeFileSync(next, lines.map(line => `${line}\n`).join(''), { mode: 0o600 })
    renameSync(next, this.#path)
  }
}

/** Undefined for a line that a crash cut off: its statement was never answered, so it is left out. */
function parse(text: string): Line | { name: string; rights: readonly string[] } | undefined {
  try {
    return JSON.parse(text) as Line
  } catch {
    return undefined
  }
}

function store(principal: Principal | undefined): StoredPrincipal | null {
  return principal === undefined ? null : { ...principal, roles: [...principal.roles] }
}

function onlyAddedRights(
  before: Principal | undefined,
  after: Principal | undefined,
): readonly string[] | undefined {
  if (before === undefined || after === undefined || after.rights.length <= before.rights.length)
    return undefined
  const same = before.rights.every((right, index) => right === after.rights[index])
  return same ? after.rights.slice(before.rights.length) : undefined
}
