import { inspect } from 'node:util'

const text = '[redacted]'

/**
 * A secret on its way through the program. Wherever it is printed (log, template, JSON, inspect) it shows
 * `[redacted]`. Only `reveal()` gives the value, so a review has to look at its calls.
 */
export class Redacted<T> {
  readonly #value: T

  constructor(value: T) {
    this.#value = value
  }

  reveal(): T {
    return this.#value
  }

  toString(): string {
    return text
  }

  toJSON(): string {
    return text
  }

  [inspect.custom](): string {
    return text
  }
}
