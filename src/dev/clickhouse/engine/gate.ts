/**
 * Lets many pass at once, or one alone. All pass in the order in which they asked, so nobody waits for ever.
 */
export class Gate {
  #inside = 0
  #exclusive = false
  readonly #waiting: { readonly exclusive: boolean; readonly enter: () => void }[] = []

  async shared<T>(run: () => Promise<T>): Promise<T> {
    return await this.#pass(false, run)
  }

  async exclusive<T>(run: () => Promise<T>): Promise<T> {
    return await this.#pass(true, run)
  }

  async #pass<T>(exclusive: boolean, run: () => Promise<T>): Promise<T> {
    await new Promise<void>(resolve => {
      this.#waiting.push({ exclusive, enter: resolve })
      this.#admit()
    })
    try {
      return await run()
    } finally {
      this.#inside -= 1
      this.#exclusive = false
      this.#admit()
    }
  }

  #admit(): void {
    for (let next = this.#waiting[0]; next !== undefined; next = this.#waiting[0]) {
      if (this.#exclusive || (next.exclusive && this.#inside > 0)) return
      this.#waiting.shift()
      this.#inside += 1
      this.#exclusive = next.exclusive
      next.enter()
    }
  }
}
