/** What the viewer has chosen, on top of the parameters of the address. */
import type { Params } from '../wire.ts'

export class Filters {
  readonly #address: Params
  readonly #chosen = new Map<string, readonly string[]>()

  constructor(address: Params) {
    this.#address = address
  }

  /** As texts, whether there are several or not. */
  valuesOf(parameter: string): readonly string[] {
    const given =
      this.#chosen.get(parameter) ?? Object.entries(this.#address).find(([name]) => name === parameter)?.[1]
    if (given === undefined) return []
    return typeof given === 'string' ? [given] : given
  }

  choose(parameter: string, values: readonly string[]): void {
    this.#chosen.set(parameter, values)
  }

  /** What is to be sent. A parameter without a value filters nothing. */
  params(): Params {
    const all = new Map<string, string | readonly string[]>([
      ...Object.entries(this.#address),
      ...this.#chosen,
    ])
    return Object.fromEntries([...all].filter(([, values]) => values.length > 0))
  }
}
