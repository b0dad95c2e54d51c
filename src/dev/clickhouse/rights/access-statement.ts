import { notImplemented } from '../sql/server-error.ts'
import { TokenReader } from '../sql/token-reader.ts'
import { isSymbol, isWord, tokenize } from '../sql/tokens.ts'

/** A setting of a user or role. `clauses` are its constraints as SQL has them: `CONST`, `MIN 1`. */
export interface SettingElement {
  readonly name: string
  readonly value: string | undefined
  readonly clauses: readonly string[]
}

/** How a user logs in: with a password (as SHA-256 with salt, or not digested yet), or without any. */
export type Authentication =
  | { readonly kind: 'none' }
  | { readonly kind: 'sha256'; readonly hash: string; readonly salt: string }
  | { readonly kind: 'plaintext'; readonly password: string }

export interface PrincipalOptions {
  readonly authentication?: Authentication
  /** The settings and profiles of before are dropped. */
  readonly clear: boolean
  readonly settings: readonly SettingElement[]
  readonly profiles: readonly string[]
  readonly dropped: readonly string[]
}

type Kind = 'user' | 'role'

/** An access statement as data. The names in it are not looked up yet. */
export type AccessChange =
  | {
      readonly type: 'create'
      readonly of: Kind
      readonly names: readonly string[]
      readonly ifExists: 'fail' | 'ignore' | 'replace'
      readonly options: PrincipalOptions
    }
  | {
      readonly type: 'alter'
      readonly of: Kind
      readonly names: readonly string[]
      readonly options: PrincipalOptions
    }
  | { readonly type: 'drop'; readonly of: Kind; readonly names: readonly string[] }
  | {
      readonly type: 'rights'
      readonly names: readonly string[]
      readonly query: string
      readonly replace: boolean
    }
  | {
      readonly type: 'roles'
      readonly names: readonly string[]
      readonly roles: readonly string[]
      readonly grant: boolean
      readonly adminOption: boolean
    }

/**
 * Reads a GRANT, a REVOKE, or a CREATE, ALTER or DROP of a user or role. It has to come in the canonical form of
 * `formatQuerySingleLine`: syntax is the engine's business.
 * @throws ServerError 48 for what users.xml cannot say
 */
export function readAccessStatement(canonical: string): AccessChange {
  const reader = new TokenReader(canonical)
  const verb = reader.word('GRANT', 'REVOKE', 'CREATE', 'ALTER', 'DROP')
  if (verb === 'GRANT' || verb === 'REVOKE') return readRights(canonical, verb)
  const of = reader.word('USER', 'ROLE') === 'USER' ? 'user' : 'role'
  if (verb === 'DROP') {
    reader.skip('IF', 'EXISTS')
    return { type: 'drop', of, names: reader.names() }
  }
  if (verb === 'ALTER') {
    reader.skip('IF', 'EXISTS')
    return { type: 'alter', of, names: reader.names(), options: readOptions(reader) }
  }
  const replace = reader.skip('OR', 'REPLACE')
  const ignore = reader.skip('IF', 'NOT', 'EXISTS')
  const ifExists = replace ? 'replace' : ignore ? 'ignore' : 'fail'
  return { type: 'create', of, names: reader.names(), ifExists, options: readOptions(reader) }
}

function readRights(canonical: string, verb: 'GRANT' | 'REVOKE'): AccessChange {
  const tokens = tokenize(canonical)
  const at = tokens.findLastIndex(token => isWord(token, verb === 'GRANT' ? 'TO' : 'FROM'))
  const preposition = tokens[at]
  if (preposition === undefined) throw notImplemented(`${verb} without a grantee`)
  if (tokens.some(token => isWord(token, 'CURRENT', 'CURRENT_USER', 'EXCEPT', 'CLUSTER', 'PARAMETERS')))
    throw notImplemented(`${verb} with CURRENT GRANTS, CURRENT_USER, EXCEPT or ON CLUSTER`)
  const reader = new TokenReader(canonical, at + 1)
  const names = reader.names()
  const replace = reader.skip('WITH', 'REPLACE', 'OPTION')
  const tail = canonical.slice(reader.position()).replace(/\s*WITH REPLACE OPTION/, '')
  const adminOption = tokens.some(token => isWord(token, 'ADMIN'))
  const head = tokens.slice(1, at)
  if (!head.some(token => isWord(token, 'ON'))) {
    if (replace) throw notImplemented('granting roles WITH REPLACE OPTION')
    const skipped = head.findIndex(token => isWord(token, 'FOR')) + 1
    const roles = head.slice(skipped).filter(token => !isSymbol(token, ','))
    return {
      type: 'roles',
      names,
      roles: roles.map(token => token.text),
      grant: verb === 'GRANT',
      adminOption,
    }
  }
  return { type: 'rights', names, query: canonical.slice(0, preposition.start).trim() + tail, replace }
}

function readOptions(reader: TokenReader): PrincipalOptions {
  let authentication: Authentication | undefined
  let clear = false
  const settings: SettingElement[] = []
  const profiles: string[] = []
  const dropped: string[] = []
  while (!reader.done()) {
    if (reader.skip('IDENTIFIED')) authentication = readAuthentication(reader)
    else if (reader.skip('HOST')) reader.word('ANY')
    else if (reader.skip('DROP', 'ALL', 'SETTINGS') || reader.skip('DROP', 'ALL', 'PROFILES')) clear = true
    else if (reader.skip('DROP', 'SETTING') || reader.skip('DROP', 'SETTINGS'))
      dropped.push(...reader.names())
    else if (reader.tryWord('SETTINGS', 'ADD', 'MODIFY') !== undefined) {
      const added = readSettings(reader)
      settings.push(...added.settings)
      profiles.push(...added.profiles)
    } else if (!reader.skipSymbol(','))
      throw notImplemented(`'${reader.rest()}' in a statement about users or roles`)
  }
  return { ...(authentication === undefined ? {} : { authentication }), clear, settings, profiles, dropped }
}

function readAuthentication(reader: TokenReader): Authentication {
  const kind = reader.skip('WITH')
    ? reader.word('SHA256_PASSWORD', 'SHA256_HASH', 'PLAINTEXT_PASSWORD', 'NO_PASSWORD')
    : 'SHA256_PASSWORD'
  if (kind === 'NO_PASSWORD') return { kind: 'none' }
  reader.word('BY')
  const secret = reader.value()
  if (kind !== 'SHA256_HASH') return { kind: 'plaintext', password: secret }
  return { kind: 'sha256', hash: secret.toUpperCase(), salt: reader.skip('SALT') ? reader.value() : '' }
}

function readSettings(reader: TokenReader): { settings: SettingElement[]; profiles: string[] } {
  const settings: SettingElement[] = []
  const profiles: string[] = []
  do {
    if (reader.tryWord('PROFILE', 'PROFILES') !== undefined) {
      profiles.push(reader.value())
      continue
    }
    reader.tryWord('SETTING', 'SETTINGS')
    const name = reader.value()
    const value = reader.skipSymbol('=') ? reader.value() : undefined
    const clauses: string[] = []
    for (;;) {
      const clause = reader.tryWord('CONST', 'READONLY', 'WRITABLE', 'CHANGEABLE_IN_READONLY', 'MIN', 'MAX')
      if (clause === undefined) break
      reader.skipSymbol('=')
      clauses.push(clause === 'MIN' || clause === 'MAX' ? `${clause} ${reader.value()}` : clause)
    }
    settings.push({ name, value, clauses })
  } while (reader.continues())
  return { settings, profiles }
}
