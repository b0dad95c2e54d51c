/** An error as the server reports it: `code` is ClickHouse's own number. */
export class ServerError extends Error {
  readonly code: number
  readonly symbol: string

  constructor(code: number, symbol: string, message: string) {
    super(message)
    this.name = 'ServerError'
    this.code = code
    this.symbol = symbol
  }
}

export function notImplemented(what: string): ServerError {
  return new ServerError(48, 'NOT_IMPLEMENTED', `The embedded ClickHouse does not support ${what}`)
}

/** Reads the text of an engine's error: `Query failed: Code: 82. DB::Exception: … (DATABASE_ALREADY_EXISTS)`. */
export function toServerError(error: unknown): ServerError {
  if (error instanceof ServerError) return error
  const text = error instanceof Error ? error.message : String(error)
  const code = /Code: (\d+)\. DB::Exception: /.exec(text)
  if (code === null) return new ServerError(1001, 'STD_EXCEPTION', text)
  const rest = text.slice(code.index + code[0].length)
  const symbol = /\.?\s*\(([A-Z][A-Z0-9_]+)\)\s*$/.exec(rest)
  return new ServerError(
    Number(code[1]),
    symbol?.[1] ?? 'UNKNOWN',
    symbol === null ? rest : rest.slice(0, symbol.index),
  )
}

const forbidden = new Set([192, 193, 497, 512, 516])
const badRequest = new Set([
  6, 15, 16, 25, 26, 27, 36, 38, 41, 44, 53, 62, 72, 117, 168, 321, 427, 441, 675, 676,
])
const notFound = new Set([46, 47, 50, 56, 60, 63, 73, 78, 81, 83, 115, 116, 511])
const others: ReadonlyMap<number, number> = new Map([
  [48, 501],
  [76, 503],
  [159, 408],
  [194, 401],
  [209, 503],
  [381, 411],
  [439, 503],
])

/** The HTTP status with which ClickHouse answers an error of this code. */
export function httpStatusOf(code: number): number {
  if (forbidden.has(code)) return 403
  if (badRequest.has(code)) return 400
  if (notFound.has(code)) return 404
  return others.get(code) ?? 500
}

/** The body of an error answer, as @clickhouse/client parses it. */
export function describeServerError(error: ServerError, version: string): string {
  return `Code: ${error.code}. DB::Exception: ${error.message}. (${error.symbol}) (version ${version} (official build))\n`
}
