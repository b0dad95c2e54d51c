import { notImplemented } from './server-error.ts'
import { isSymbol, isWord, tokenize, type Token } from './tokens.ts'

/** Walks over the tokens of a statement. If a token that has to come does not, the statement is not supported. */
export class TokenReader {
  readonly #sql: string
  readonly #tokens: readonly Token[]
  #at: number

  constructor(sql: string, at = 0) {
    this.#sql = sql
    this.#tokens = tokenize(sql)
    this.#at = at
  }

  done(): boolean {
    return this.#at >= this.#tokens.length
  }

  position(): number {
    return this.#tokens[this.#at - 1]?.end ?? 0
  }

  rest(): string {
    return this.#tokens[this.#at]?.text ?? ''
  }

  /** Consumes these keywords if they come next, all of them or none. */
  skip(...words: readonly string[]): boolean {
    if (!words.every((word, index) => isWord(this.#tokens[this.#at + index], word))) return false
    this.#at += words.length
    return true
  }

  skipSymbol(symbol: string): boolean {
    if (!isSymbol(this.#tokens[this.#at], symbol)) return false
    this.#at += 1
    return true
  }

  /** Consumes a comma if the same list goes on after it, not another action of ALTER. */
  continues(): boolean {
    if (isWord(this.#tokens[this.#at + 1], 'ADD', 'DROP', 'MODIFY')) return false
    return this.skipSymbol(',')
  }

  tryWord(...words: readonly string[]): string | undefined {
    const token = this.#tokens[this.#at]
    if (token === undefined || !isWord(token, ...words)) return undefined
    this.#at += 1
    return token.text.toUpperCase()
  }

  word(...words: readonly string[]): string {
    const word = this.tryWord(...words)
    if (word === undefined) throw notImplemented(`'${this.rest()}' in: ${this.#sql.split(' ', 2).join(' ')}`)
    return word
  }

  /** Consumes a name, number or string. @returns it decoded */
  value(): string {
    const negative = this.skipSymbol('-') ? '-' : ''
    const token = this.#tokens[this.#at]
    if (token === undefined || token.kind === 'symbol')
      throw notImplemented('an access statement of this form')
    this.#at += 1
    return negative + token.text
  }

  names(): readonly string[] {
    const names = [this.value()]
    while (this.skipSymbol(',')) names.push(this.value())
    return names
  }
}
