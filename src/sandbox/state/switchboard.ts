import { defaultSwitches, turn, type SwitchValues } from '../embed/switches.ts'

/** How the switches stand. */
export class Switchboard {
  #values: SwitchValues

  constructor(values: SwitchValues = defaultSwitches) {
    this.#values = values
  }

  get values(): SwitchValues {
    return this.#values
  }

  /** All of them or none. @returns what is wrong, or undefined when they are turned */
  turn(wanted: Readonly<Record<string, string>>): string | undefined {
    let values = this.#values
    for (const [name, text] of Object.entries(wanted)) {
      const turned = turn(values, name, text)
      if (typeof turned === 'string') return turned
      values = turned
    }
    this.#values = values
    return undefined
  }

  /** Whether this request is one of those that `failNext` lets fail. */
  takeFailure(): boolean {
    const { failNext } = this.#values
    if (failNext === 0) return false
    this.#values = { ...this.#values, failNext: failNext - 1 }
    return true
  }
}
