import { readStatement } from './statement.ts'
import { isSymbol, isWord, quoteLiteral } from './tokens.ts'

/** What a `SET log_comment = '…'` sets; undefined for any other statement. */
export function logCommentSetBy(sql: string): string | undefined {
  const [set, name, equals, value, ...more] = readStatement(sql).tokens
  const isMeant = isWord(set, 'SET') && isWord(name, 'LOG_COMMENT') && isSymbol(equals, '=')
  return isMeant && value?.kind === 'string' && more.length === 0 ? value.text : undefined
}

/** Lets `getSetting('log_comment')` answer as in a session that has set it: the engine has no sessions. */
export function answerLogComment(sql: string, comment: string): string {
  const { tokens } = readStatement(sql)
  let out = ''
  let from = 0
  for (const [index, token] of tokens.entries()) {
    const [open, name, close] = tokens.slice(index + 1, index + 4)
    const isCall = isWord(token, 'GETSETTING') && isSymbol(open, '(') && isSymbol(close, ')')
    if (!isCall || name?.kind !== 'string' || name.text !== 'log_comment' || close === undefined) continue
    out += `${sql.slice(from, token.start)}${quoteLiteral(comment)}`
    from = close.end
  }
  return out + sql.slice(from)
}
