/** The regular expressions that src/ writes out, for the test that judges them. */
import { modules } from './modules.ts'

export interface Written {
  readonly path: string
  readonly expression: RegExp
}

/** After what an expression may follow; a division follows a value. */
const literal =
  /(?<=[(,=:?&|![]\s?|=>\s|return\s|^\s*)\/(?![*/ ])((?:[^/\\\n[]|\\.|\[(?:[^\]\\\n]|\\.)*\])+)\/([dgimsuv]*)(?=[.,;)\]\s]|$)/gm

/** Without an end that is given: any other takes a time that does not grow. */
const endless = /[*+]|,\}/

/** Of all that reads texts of strangers. `dev` reads what it wrote itself. */
export const expressions: readonly Written[] = modules
  .filter(({ room }) => room !== 'dev')
  .flatMap(({ path, code }) =>
    [...code.matchAll(literal)].map(([, source = '', flags = '']) => ({
      path,
      expression: new RegExp(source, flags.includes('g') ? flags : `${flags}g`),
    })),
  )
  .filter(({ expression }) => endless.test(expression.source))

const signs: readonly string[] = [
  ...Array.from('"\'\\-=&%<>(){}[]#@*|?!~^$.,:;/_+ \n\tAa0é\u001B\u200B'),
  'a.',
  '- ',
  'A=',
  ' #',
  'a\n',
  '\\u00',
]

/** Long runs of what the expression names, and of any sign, with an end that fits nothing. */
export function* runsFor({ source }: RegExp, length: number): Generator<string> {
  const [first = 'x', ...others] = source.match(/[A-Za-z0-9&%:"' -]{2,}/g) ?? []
  for (const piece of new Set([...signs, first, ...others])) {
    const run = piece.repeat(length / piece.length)
    yield `x${run}\u0001`
    yield `${first}${run}\u0001`
  }
}
