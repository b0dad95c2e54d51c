/** How many texts are remembered; a power of two. */
const places = 4_096
/** In characters. Longer texts are tokens or keys, and no two are the same. */
const longestText = 200

/**
 * Keeps few copies of each text that very many objects have. The JSON parser makes a copy each time, which for 10,000
 * objects with a few conditions is a tenth of the memory. Each text has one place, where the latest is remembered: that
 * costs a third of a map that has to begin anew whenever it is full of texts that only one object has.
 */
export class SharedTexts {
  readonly #known = Array.from({ length: places }, () => '')

  /** Replaces texts in a tree of parsed JSON by the shared copies, in place. Nobody can tell equal texts apart. */
  settle(tree: unknown): void {
    if (typeof tree !== 'object' || tree === null) return
    const record = tree as Record<string, unknown>
    for (const name of Object.keys(record)) {
      const value = record[name]
      if (typeof value === 'string') record[name] = this.#shared(value)
      else if (typeof value === 'object') this.settle(value)
    }
  }

  #shared(text: string): string {
    if (text.length > longestText) return text
    const place = placeOf(text)
    const known = this.#known[place]
    if (known === text) return known
    this.#known[place] = text
    return text
  }
}

/** By its length and three characters. Names that differ in a digit have few places, and so push out little else. */
function placeOf(text: string): number {
  const { length } = text
  const middle = text.charCodeAt(length >> 1)
  const last = text.charCodeAt(length - 1)
  return (length * 61 + text.charCodeAt(0) * 7 + middle * 31 + last * 127) & (places - 1)
}
