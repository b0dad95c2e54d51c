/**
 * The commands and statements in a message that break when they are copied with what stands behind them. A statement
 * ends with its semicolon; a command with one, or with the message.
 */
export function brokenCommands(message: string): readonly string[] {
  // What stands in quotes breaks nothing.
  const text = message.replaceAll(/`[^`]*`/g, '`name`').replaceAll(/'[^']*'/g, "'text'")
  const statements = [...text.matchAll(statement)].map(([, found = '']) => found)
  const commands = [...text.matchAll(command)].map(([, found = '']) => found)
  return [
    ...statements.filter(found => !found.endsWith(';') || proseBehind.test(found)),
    ...commands.filter(found => proseBehind.test(found)),
  ]
}

const start =
  '(?:GRANT|REVOKE) (?!SELECT is answered)[^;]*? (?:TO|FROM)|(?:CREATE|ALTER) USER|ALTER TABLE|SHOW GRANTS FOR'
const statement = new RegExp(`[:;,] ((?:${start}) \`[^;]*;?)`, 'g')
const command = /[:;] ((?:kubectl|lenskeeper) [^;]*)/g
const proseBehind = /[.,](?:\s|$)| [—(]/
