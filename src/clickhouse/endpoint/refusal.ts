/** What the server says that it refused, by its own number and name. Its text is left out: it may quote anything. */
export class ServerRefusal extends Error {
  readonly code: string
  readonly type: string | undefined

  constructor(code: string, type: string | undefined) {
    super('refused')
    this.code = code
    this.type = type
  }
}

const codeForm = /\b(?:Code|Error): (\d{1,9})\b/
/** Three letters tell a name from a group such as `(2)`. */
const typeForm = /\((?=[A-Z0-9_]{0,61}[A-Z]{3})([A-Z0-9_]{3,64})\)/
const exception = 'Exception: '

/**
 * What an answer says that the server refused, as `Code: 497. DB::Exception: … (ACCESS_DENIED) (version …)`. A server that
 * passes on what another one said repeats all of it, the innermost last. It is read in a time that grows with its length,
 * whatever somebody makes of it.
 *
 * @param header the code as the server's header tells it, which gateways may take away
 */
export function refusalIn(text: string, header: string | string[] | undefined): Error {
  const last = text.lastIndexOf(exception)
  const [, type] = (last === -1 ? null : typeForm.exec(text.slice(last))) ?? []
  const code = codeIn(header) ?? (type === undefined ? undefined : codeForm.exec(text.slice(0, last))?.[1])
  if (code === undefined) return new Error(text)
  return new ServerRefusal(code, type)
}

function codeIn(header: string | string[] | undefined): string | undefined {
  return typeof header === 'string' && /^\d{1,9}$/.test(header) ? header : undefined
}
