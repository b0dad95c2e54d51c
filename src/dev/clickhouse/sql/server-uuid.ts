import { readStatement, type Statement } from './statement.ts'
import { isSymbol, isWord, quoteLiteral } from './tokens.ts'

/** Lets `serverUUID()` answer as on a server, which keeps one in its directory. The library has none, and says zeros. */
export function nameServer(statement: Statement, uuid: string): Statement {
  const { sql, tokens } = statement
  let out = ''
  let from = 0
  for (const [index, token] of tokens.entries()) {
    const end = tokens[index + 2]
    const isCall = isWord(token, 'SERVERUUID') && isSymbol(tokens[index + 1], '(') && isSymbol(end, ')')
    if (!isCall || end === undefined) continue
    out += `${sql.slice(from, token.start)}toUUID(${quoteLiteral(uuid)})`
    from = end.end
  }
  return from === 0 ? statement : readStatement(out + sql.slice(from))
}
