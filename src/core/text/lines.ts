import { StringDecoder } from 'node:string_decoder'

/** Cuts a stream of UTF-8 into lines. Its chunks may end anywhere, also within a character. */
export class Lines {
  readonly #decoder = new StringDecoder('utf8')
  /** Of the line that has not ended yet. They are joined once, as a long line comes in very many. */
  #pieces: string[] = []
  #length = 0

  /** How many characters there are of the line that has not ended yet. */
  get unfinished(): number {
    return this.#length
  }

  /** The lines that end in this chunk. */
  take(chunk: Uint8Array): readonly string[] {
    const [first = '', ...others] = this.#decoder.write(chunk).split('\n')
    this.#add(first)
    const rest = others.pop()
    if (rest === undefined) return []
    const lines = [this.#join(), ...others]
    this.#add(rest)
    return lines
  }

  /** The last line, which may have no end. */
  end(): string {
    this.#add(this.#decoder.end())
    return this.#join()
  }

  #add(piece: string): void {
    if (piece === '') return
    this.#pieces.push(piece)
    this.#length += piece.length
  }

  #join(): string {
    const line = this.#pieces.join('')
    this.#pieces = []
    this.#length = 0
    return line
  }
}
