/** Things that wait, of several parties that take turns; those of one party in the order in which they came. */
export class Turns<T> {
  /** By party, the one whose turn it is first. */
  readonly #waiting = new Map<string, T[]>()
  #size = 0

  get size(): number {
    return this.#size
  }

  add(party: string, thing: T): void {
    const things = this.#waiting.get(party)
    if (things === undefined) this.#waiting.set(party, [thing])
    else things.push(thing)
    this.#size += 1
  }

  /** Takes out the next thing. Its party is then the last. */
  next(): T | undefined {
    const [first] = this.#waiting
    if (first === undefined) return undefined
    const [party, things] = first
    const thing = things.shift()
    this.#waiting.delete(party)
    if (things.length > 0) this.#waiting.set(party, things)
    this.#size -= 1
    return thing
  }

  /** Drops the oldest thing of the party that has the most. @returns that thing */
  dropOne(): T | undefined {
    let longest: [string, T[]] | undefined
    for (const each of this.#waiting) if (each[1].length > (longest?.[1].length ?? 0)) longest = each
    if (longest === undefined) return undefined
    const [party, things] = longest
    const dropped = things.shift()
    if (things.length === 0) this.#waiting.delete(party)
    this.#size -= 1
    return dropped
  }

  clear(): void {
    this.#waiting.clear()
    this.#size = 0
  }
}
