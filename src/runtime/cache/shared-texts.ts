/** With this many it begins anew, as most texts are in one object only. */
const mostTexts = 4_096
/** In characters. What is longer is a token or a key, and no two are the same. */
const longestText = 200

/**
 * One copy of each text that very many objects share. The parser makes a new one each time: at ten thousand objects
 * with a handful of conditions that is a tenth of the memory.
 */
export class SharedTexts {
  readonly #known = new Map<string, string>()

  /** Puts the shared copies into a tree of parsed JSON, in place: nobody can tell equal texts apart. */
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
