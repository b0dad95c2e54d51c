import { ClickHouseError } from '@clickhouse/client'

const codeForm = /\b(?:Code|Error): (\d{1,9})\b/
/** Three letters tell a name from a group such as `(2)`. */
const typeForm = /\((?=[A-Z0-9_]{0,61}[A-Z]{3})([A-Z0-9_]{3,64})\)/
const exception = 'Exception: '

/**
 * What an answer says that the server refused, as `Code: 497. DB::Exception: … (ACCESS_DENIED) (version …)`. A server that
 * passes on what another one said repeats all of it, the innermost last. The client's own reader takes the third power of
 * the text's length: seconds for 16 KB that are made for it, while nothing else goes on.
 *
 * @param header the code as the server's header tells it, which gateways may take away
 */
export function refusalIn(text: string, header: string | string[] | undefined): Error {
  const last = text.lastIndexOf(exception)
  const [, type] = (last === -1 ? null : typeForm.exec(text.slice(last))) ?? []
  const code = codeIn(header) ?? (type === undefined ? undefined : codeForm.exec(text.slice(0, last))?.[1])
  if (code === undefined) return new Error(text)
  return new ClickHouseError({ message: 'refused', code, ...(type === undefined ? {} : { type }) })
}

function codeIn(header: string | string[] | undefined): string | undefined {
  return typeof header === 'string' && /^\d{1,9}$/.test(header) ? header : undefined
}
