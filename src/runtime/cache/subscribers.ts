/** Handlers of one thing that happens. */
export class Subscribers<T> {
  readonly #handlers = new Set<(event: T) => void>()

  /** Returns a function that ends it. */
  add(handler: (event: T) => void): () => void {
    // A wrapper: a function that is subscribed twice is called twice, and each subscription ends by itself.
    const own = (event: T): void => handler(event)
    this.#handlers.add(own)
    return () => {
      this.#handlers.delete(own)
    }
  }

  [Symbol.iterator](): Iterator<(event: T) => void> {
    return this.#handlers.values()
  }

  clear(): void {
    this.#handlers.clear()
  }
}
