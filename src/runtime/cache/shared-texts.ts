/** With so many texts it begins anew, since most of them are in one object only. */
const mostTexts = 4_096
/** In characters. Longer texts are tokens or keys, and no two are the same. */
const longestText = 200

/**
 * Keeps one copy of each text that very many objects have. The JSON parser makes a copy each time, which for 10,000
 * objects with a few conditions is a tenth of the memory.
 */
export class SharedTexts {
  readonly #known = new Map<string, string>()

  /** Replaces texts in a tree of parsed JSON by the shared copies, in place. Nobody can tell equal texts apart. */
  settle(tree: unknown): void {
    if (typeof tree !== 'object' || tree === null) return
    const record = tree as Record<string, unknown>
    for (const name of Object.keys(record)) {
      const value = record[name]
      if (typeof value === 'string') record[name] = this.#shared(value)
      else this.settle(value)
    }
  }

  #shared(text: string): string {
    if (text.length > longestText) return text
    const known = this.#known.get(text)
    if (known !== undefined) return known
    if (this.#known.size >= mostTexts) this.#known.clear()
    this.#known.set(text, text)
    return text
  }
}
