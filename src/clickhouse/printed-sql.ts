/**
 * SQL as messages print it for people to run. What stands behind it is copied along: a full stop breaks the statement, a
 * semicolon ends it.
 */
export function toRun(...statements: readonly string[]): string {
  return statements.map(sql => `${sql};`).join(' ')
}
