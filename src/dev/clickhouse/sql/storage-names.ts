import { readStatement, type Statement } from './statement.ts'
import { isSymbol, isWord, quoteLiteral, type Token } from './tokens.ts'

/**
 * Lets a statement about users read as on a server with SQL-driven access control: users made with SQL are in
 * `local_directory`, where they can be changed. To the engine all users come from its users file.
 */
export function nameStorages(statement: Statement, admin: string): Statement {
  if (!statement.readsAccess) return statement
  const { sql, tokens } = statement
  let out = ''
  let from = 0
  for (const [index, token] of tokens.entries()) {
    const table = tokens[index + 3]
    if (!isWord(token, 'FROM', 'JOIN') || !isSystemTable(tokens, index + 1) || table === undefined) continue
    const instead = replacement(table.text, admin)
    if (instead === undefined) continue
    const alias = isWord(tokens[index + 4], 'AS') ? '' : ` AS ${table.text}`
    out += `${sql.slice(from, token.end)} (${instead})${alias}`
    from = table.end
  }
  return from === 0 ? statement : readStatement(out + sql.slice(from))
}

function isSystemTable(tokens: readonly Token[], at: number): boolean {
  return tokens[at]?.text === 'system' && isSymbol(tokens[at + 1], '.')
}

function replacement(table: string, admin: string): string | undefined {
  switch (table) {
    case 'user_directories':
      return (
        'SELECT name, type, params, precedence FROM system.user_directories UNION ALL ' +
        "SELECT 'local_directory', 'local_directory', '{}', toUInt64(2)"
      )
    case 'users': {
      const own = `('default', ${quoteLiteral(admin)})`
      return `SELECT * REPLACE (if(name IN ${own}, storage, 'local_directory') AS storage) FROM system.users`
    }
    default:
      return undefined
  }
}
