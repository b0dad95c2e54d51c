/** Reads what a server answers, and never more than is good for this process. */
import type { AnswerLease } from './answer-budget.ts'

export type Cell = string | number | boolean | null | readonly Cell[]
export type Row = readonly Cell[]

/** A larger answer is refused. */
const maxRows = 200_000
/** As they are counted: see `weightOf`. */
const maxBytes = 32 * 1024 * 1024
/** In characters. No row that we ask for is longer. */
const longestLine = 256 * 1024
const longestStart = 16 * 1024
/** In memory, for each cell and each list. */
const cellBytes = 24

/** The answer is larger than is accepted, or than there is room for at the moment. */
export class AnswerTooBig extends Error {}

/**
 * Rows of `JSONCompactEachRow`.
 *
 * @throws AnswerTooBig, SyntaxError
 */
export async function readRows(chunks: AsyncIterable<unknown>, lease: AnswerLease): Promise<Row[]> {
  const rows: Row[] = []
  let bytes = 0
  for await (const line of linesOf(chunks)) {
    const weight = weightOf(line)
    bytes += weight
    if (rows.length >= maxRows || bytes > maxBytes || !lease.take(weight)) throw new AnswerTooBig()
    rows.push(JSON.parse(line) as Row)
  }
  return rows
}

/** The beginning of an answer, such as an error's text, which may be of any length. */
export async function readStart(chunks: AsyncIterable<unknown>): Promise<string> {
  const decoder = new TextDecoder()
  let text = ''
  for await (const chunk of chunks) {
    text += decoder.decode(chunk as Uint8Array, { stream: true })
    if (text.length > longestStart) break
  }
  return text.slice(0, longestStart)
}

/** Roughly what a line takes in memory once it is parsed: many small cells take more than one large one. */
function weightOf(line: string): number {
  let cells = 0
  for (let at = 0; at < line.length; at++) {
    const character = line.charCodeAt(at)
    if (character === comma || character === bracket) cells += 1
  }
  return line.length + cells * cellBytes
}

const comma = ','.charCodeAt(0)
const bracket = '['.charCodeAt(0)

async function* linesOf(chunks: AsyncIterable<unknown>): AsyncGenerator<string, void, void> {
  const decoder = new TextDecoder()
  // The pieces of the unfinished line. They are joined once, as they may be very many.
  let pieces: string[] = []
  let length = 0
  for await (const chunk of chunks) {
    const lines = decoder.decode(chunk as Uint8Array, { stream: true }).split('\n')
    const rest = lines.pop() ?? ''
    for (const line of lines) {
      const whole = pieces.length === 0 ? line : pieces.join('') + line
      pieces = []
      length = 0
      if (whole !== '') yield whole
    }
    pieces.push(rest)
    length += rest.length
    if (length > longestLine) throw new AnswerTooBig()
  }
  const last = pieces.join('') + decoder.decode()
  if (last !== '') yield last
}
