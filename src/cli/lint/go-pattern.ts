/**
 * The pattern as the API server's Go understands it. In Go, `\s` means ASCII only; our schemas use no other class
 * that differs from JavaScript's.
 */
export function goPattern(source: string): RegExp {
  const known = compiled.get(source)
  if (known !== undefined) return known
  const pattern = new RegExp(translate(source), 'u')
  compiled.set(source, pattern)
  return pattern
}

const compiled = new Map<string, RegExp>()

const asciiSpaces = '\\t\\n\\f\\r '

function translate(source: string): string {
  let inClass = false
  // One escape at a time, so that `\[` opens no class and `\\s` is no space.
  return source.replace(/\\.|[[\]]/gs, piece => {
    if (piece === '[') inClass = true
    if (piece === ']') inClass = false
    if (piece !== '\\s') return piece
    return inClass ? asciiSpaces : `[${asciiSpaces}]`
  })
}
