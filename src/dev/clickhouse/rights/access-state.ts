import { createHash, randomBytes } from 'node:crypto'
import type { AccessChange, Authentication, PrincipalOptions, SettingElement } from './access-statement.ts'
import { ServerError } from '../sql/server-error.ts'
import { isPlainName } from '../sql/tokens.ts'

export type StoredAuthentication = Exclude<Authentication, { kind: 'plaintext' }>

/** A user or role, with all that SQL statements made of it. */
export interface Principal {
  readonly kind: 'user' | 'role'
  readonly name: string
  readonly authentication: StoredAuthentication
  readonly settings: readonly SettingElement[]
  readonly profiles: readonly string[]
  /** The roles it has, each with whether it may pass it on. */
  readonly roles: ReadonlyMap<string, boolean>
  /** GRANT and REVOKE statements without their grantee, in the order in which they were made. */
  readonly rights: readonly string[]
}

export type Principals = ReadonlyMap<string, Principal>

/**
 * The principals after a change, and the names of those that changed. The engine has judged the statement already.
 * Only what it cannot judge, because its own users are read-only, is judged here.
 * @throws ServerError 493 when a name is taken, 495 for an account that no SQL made, 36 for an unusable name
 */
export function applyChange(
  principals: Principals,
  change: AccessChange,
): { next: Principals; changed: Set<string> } {
  const next = new Map(principals)
  const changed = new Set<string>()
  for (const name of change.names) {
    const before = principals.get(name)
    if (change.type === 'create') {
      if (before !== undefined && change.ifExists === 'ignore') continue
      if (before !== undefined && change.ifExists === 'fail') throw alreadyExists(change.of, name)
      if (!isPlainName(name))
        throw new ServerError(
          36,
          'BAD_ARGUMENTS',
          `The embedded ClickHouse cannot name a ${change.of} ${name}`,
        )
      next.set(name, withOptions(newPrincipal(change.of, name), change.options))
    } else if (change.type === 'drop') {
      next.delete(name)
      for (const other of withRole(next, name)) {
        next.set(other.name, { ...other, roles: new Map([...other.roles].filter(([role]) => role !== name)) })
        changed.add(other.name)
      }
    } else if (before === undefined) throw readOnlyStorage(name)
    else next.set(name, changePrincipal(before, change))
    changed.add(name)
  }
  return { next, changed }
}

function changePrincipal(before: Principal, change: AccessChange): Principal {
  if (change.type === 'alter') return withOptions(before, change.options)
  if (change.type === 'rights')
    return { ...before, rights: [...(change.replace ? [] : before.rights), change.query] }
  if (change.type !== 'roles') return before
  const roles = new Map(before.roles)
  for (const role of change.roles) {
    if (change.grant) roles.set(role, change.adminOption)
    else roles.delete(role)
  }
  return { ...before, roles }
}

function withRole(principals: Principals, role: string): readonly Principal[] {
  return [...principals.values()].filter(principal => principal.roles.has(role))
}

function newPrincipal(kind: 'user' | 'role', name: string): Principal {
  return {
    kind,
    name,
    authentication: { kind: 'none' },
    settings: [],
    profiles: [],
    roles: new Map(),
    rights: [],
  }
}

function withOptions(principal: Principal, options: PrincipalOptions): Principal {
  const replaced = new Set([...options.dropped, ...options.settings.map(setting => setting.name)])
  const kept = options.clear ? [] : principal.settings.filter(setting => !replaced.has(setting.name))
  return {
    ...principal,
    authentication:
      options.authentication === undefined ? principal.authentication : digest(options.authentication),
    settings: [...kept, ...options.settings],
    profiles: [...new Set([...(options.clear ? [] : principal.profiles), ...options.profiles])],
  }
}

/** Replaces a password by a salted digest, so that none is kept. */
export function digest(authentication: Authentication): StoredAuthentication {
  if (authentication.kind !== 'plaintext') return authentication
  const salt = randomBytes(16).toString('hex').toUpperCase()
  return { kind: 'sha256', hash: sha256(authentication.password + salt), salt }
}

export function passwordMatches(authentication: StoredAuthentication, password: string): boolean {
  return authentication.kind === 'none' || sha256(password + authentication.salt) === authentication.hash
}

function sha256(text: string): string {
  return createHash('sha256').update(text).digest('hex').toUpperCase()
}

/** The setting `readonly` of a user: 0, 1 or 2. The last one wins, and a setting of the user wins over a profile's. */
export function readonlyOf(principal: Principal): number {
  const own = principal.settings.findLast(setting => setting.name === 'readonly')?.value
  if (own !== undefined) return Number(own)
  return principal.profiles.includes('readonly') ? 1 : 0
}

function alreadyExists(kind: string, name: string): ServerError {
  const message = `${kind} \`${name}\`: cannot insert because ${kind} \`${name}\` already exists in local_directory`
  return new ServerError(493, 'ACCESS_ENTITY_ALREADY_EXISTS', message)
}

function readOnlyStorage(name: string): ServerError {
  const message = `Cannot update user \`${name}\` in users_xml because this storage is readonly`
  return new ServerError(495, 'ACCESS_STORAGE_READONLY', message)
}
