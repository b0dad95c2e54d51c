import type { Parser } from '../../config/flag-values.ts'

export type NameAndValue = readonly [name: string, value: string]

/** `name=value`; the value may hold further signs of equality. */
export const nameAndValue: Parser<NameAndValue> = (text, refuse) => {
  const at = text.indexOf('=')
  return at > 0 ? [text.slice(0, at), text.slice(at + 1)] : refuse('takes NAME=VALUE')
}

/** As the library takes them. A name that is there several times has a list. */
export function collect(
  pairs: readonly NameAndValue[],
): Readonly<Record<string, string | readonly string[]>> {
  const names = [...new Set(pairs.map(([name]) => name))]
  return Object.fromEntries(
    names.map(name => {
      const values = pairs.flatMap(([other, value]) => (other === name ? [value] : []))
      const [only] = values
      return [name, values.length === 1 && only !== undefined ? only : values]
    }),
  )
}
