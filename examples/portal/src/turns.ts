/** Lets so many of a kind run at the same time. The others wait for their turn: first come, first served. */
export class Turns {
  readonly #most: number
  readonly #kinds = new Map<string, { running: number; readonly waiting: (() => void)[] }>()

  constructor(most: number) {
    this.#most = most
  }

  async take<T>(kind: string, run: () => Promise<T>): Promise<T> {
    const turns = this.#kinds.get(kind) ?? { running: 0, waiting: [] }
    this.#kinds.set(kind, turns)
    if (turns.running < this.#most) turns.running++
    else await new Promise<void>(resolve => turns.waiting.push(resolve))
    try {
      return await run()
    } finally {
      const next = turns.waiting.shift()
      if (next === undefined) turns.running--
      else next()
      if (turns.running === 0) this.#kinds.delete(kind)
    }
  }
}
