import { ServerError } from './server-error.ts'
import { isSymbol, isWord, quoteIdentifier, quoteLiteral, tokenize, type Token } from './tokens.ts'

export type StatementKind = 'select' | 'insert' | 'access' | 'session' | 'other'

/** What has to be known of a statement before the engine gets it. */
export interface Statement {
  readonly sql: string
  readonly tokens: readonly Token[]
  readonly kind: StatementKind
  /** For statistics: the leading keywords, such as `SELECT`, `CREATE DATABASE`, `GRANT`. */
  readonly verb: string
  /** It may read who has which right. The engine then has to know all access statements. */
  readonly readsAccess: boolean
  /** It leaves something behind in its session: SET, USE, temporary tables. */
  readonly changesSession: boolean
}

const withObject = new Set([
  'CREATE',
  'ALTER',
  'DROP',
  'ATTACH',
  'DETACH',
  'TRUNCATE',
  'SYSTEM',
  'SHOW',
  'RENAME',
])
const fillers = ['OR', 'REPLACE', 'TEMPORARY']
const accessObjects = new Set(['USER', 'ROLE', 'QUOTA', 'ROW', 'POLICY', 'SETTINGS', 'PROFILE', 'MASKING'])

/** Never fails. Text that is no statement has the kind `other`, and the engine refuses it. */
export function readStatement(sql: string): Statement {
  const tokens = tokenize(sql)
  const verb = verbOf(tokens)
  const kind = kindOf(verb, tokens)
  const changesSession = kind === 'session' || tokens.slice(0, 4).some(token => isWord(token, 'TEMPORARY'))
  return { sql, tokens, kind, verb, readsAccess: readsAccess(verb, sql), changesSession }
}

function verbOf(tokens: readonly Token[]): string {
  const first = tokens.find(token => !isSymbol(token, '('))
  if (first?.kind !== 'word') return 'OTHER'
  const verb = first.text.toUpperCase()
  if (!withObject.has(verb)) return verb
  const object = tokens.slice(1).find(token => !isWord(token, ...fillers))
  return object?.kind === 'word' ? `${verb} ${object.text.toUpperCase()}` : verb
}

function kindOf(verb: string, tokens: readonly Token[]): StatementKind {
  const [first = '', object = ''] = verb.split(' ')
  if (first === 'SELECT' || first === 'WITH') return 'select'
  if (first === 'INSERT') return 'insert'
  if (first === 'SET' || first === 'USE') return 'session'
  if (first === 'GRANT' || first === 'REVOKE') return 'access'
  if (['CREATE', 'ALTER', 'DROP', 'MOVE'].includes(first) && accessObjects.has(object)) return 'access'
  return tokens.length === 0 ? 'select' : 'other'
}

const accessTables = /grant|user|role|access|profile|privilege|quota|enabled/i

function readsAccess(verb: string, sql: string): boolean {
  if (/^(?:CREATE|ALTER|DROP|INSERT|TRUNCATE|RENAME)\b/.test(verb)) return /\bDEFINER\b/i.test(sql)
  return accessTables.test(sql)
}

/** @throws ServerError 62 when there is more than one statement, as the HTTP interface refuses them. */
export function requireSingle(statement: Statement): void {
  if (statement.kind === 'insert') return
  const end = statement.tokens.findIndex(token => isSymbol(token, ';'))
  const extra = end < 0 ? undefined : statement.tokens.slice(end).find(token => !isSymbol(token, ';'))
  if (extra === undefined) return
  const at = `failed at position ${statement.tokens[end]?.end ?? 0} (end of query)`
  throw new ServerError(
    62,
    'SYNTAX_ERROR',
    `Syntax error (Multi-statements are not allowed): ${at}: ; ${extra.text}`,
  )
}

/** A SELECT without its trailing FORMAT clause and semicolon, since a view cannot have them. */
export function splitFormat(statement: Statement): {
  readonly body: string
  readonly format: string | undefined
} {
  const { sql, tokens } = statement
  const last = tokens.findLastIndex(token => !isSymbol(token, ';'))
  const end = tokens[last]?.end ?? 0
  const at = tokens.findLastIndex(
    (token, index) => isWord(token, 'FORMAT') && tokens[index + 1]?.kind === 'word',
  )
  const name = tokens[at + 1]
  const keyword = tokens[at]
  const isClause = at > 0 && (at + 1 === last || isWord(tokens[at + 2], 'SETTINGS'))
  if (!isClause || keyword === undefined || name === undefined)
    return { body: sql.slice(0, end), format: undefined }
  return { body: `${sql.slice(0, keyword.start)} ${sql.slice(name.end, end)}`, format: name.text }
}

/**
 * Puts values in the place of `{name:Type}` as the server does: an identifier is quoted, anything else is a cast of
 * its text. A placeholder without a value stays, and the engine refuses it.
 */
export function substituteParameters(
  statement: Statement,
  values: ReadonlyMap<string, string | null>,
): Statement {
  if (values.size === 0) return statement
  const { sql, tokens } = statement
  let out = ''
  let from = 0
  for (const [index, token] of tokens.entries()) {
    if (!isSymbol(token, '{') || !isSymbol(tokens[index + 2], ':')) continue
    const close = tokens.slice(index).find(next => isSymbol(next, '}'))
    const value = values.get(tokens[index + 1]?.text ?? '')
    if (close === undefined || value === undefined) continue
    const type = sql.slice(tokens[index + 2]?.end, close.start).trim()
    out += sql.slice(from, token.start) + parameterText(value, type)
    from = close.end
  }
  return readStatement(out + sql.slice(from))
}

function parameterText(value: string | null, type: string): string {
  if (value === null) return `_CAST(NULL, ${quoteLiteral(type)})`
  return type === 'Identifier'
    ? quoteIdentifier(value)
    : `_CAST(${quoteLiteral(value)}, ${quoteLiteral(type)})`
}
