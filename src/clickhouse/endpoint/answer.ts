/** Reads what a server answers, and never more than is good for this process. */
import { Lines } from '../../core/text/lines.ts'
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
/** In memory, besides the text. */
const cellBytes = 24
const listBytes = 56

/** The answer is larger than is accepted, or than there is room for at the moment. */
export class AnswerTooBig extends Error {}

export interface Reading {
  /** Counts what is read. */
  readonly lease: Pick<AnswerLease, 'take'>
  /** In bytes. Default: 32 MiB. */
  readonly most?: number | undefined
  readonly onRow: (row: Row) => void
}

/**
 * Rows of `JSONCompactEachRow`. What comes counts as it comes, so that a line without an end is counted, too.
 *
 * @throws AnswerTooBig, SyntaxError
 */
export async function readRows(
  chunks: AsyncIterable<unknown>,
  { lease, most = maxBytes, onRow }: Reading,
): Promise<void> {
  let rows = 0
  let taken = 0
  const take = (bytes: number): void => {
    taken += bytes
    if (taken > most || !lease.take(bytes)) throw new AnswerTooBig()
  }
  const add = (line: string): void => {
    if (line === '') return
    rows += 1
    if (rows > maxRows) throw new AnswerTooBig()
    take(weightOf(line))
    onRow(rowIn(line))
  }
  const lines = new Lines()
  for await (const chunk of chunks as AsyncIterable<Uint8Array>) {
    take(chunk.length)
    for (const line of lines.take(chunk)) add(line)
    if (lines.unfinished > longestLine) throw new AnswerTooBig()
  }
  add(lines.end())
}

/** Other servers answer in JSON, too. No row of ClickHouse is without a cell. */
function rowIn(line: string): Row {
  const row: unknown = JSON.parse(line)
  if (!Array.isArray(row) || row.length === 0) throw new SyntaxError('this is no row')
  return row as Row
}

/** Whether it was ClickHouse that answered, by the names of its headers. */
export function isClickHouse(headers: Readonly<Record<string, unknown>>): boolean {
  return Object.keys(headers).some(name => name.startsWith('x-clickhouse-'))
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

const [comma, bracket, brace, quote, backslash, unicode] = Buffer.from(',[{"\\u')
const latin1 = 0xff

/**
 * Roughly what a line takes in memory beyond its bytes once it is parsed: many small cells take more than one large one,
 * and a text with one character beyond Latin-1 takes twice as much.
 *
 * @throws SyntaxError for an object, which no row has: a line of them would take twenty times its length
 */
function weightOf(line: string): number {
  let weight = 0
  let isWide = false
  let isText = false
  for (let at = 0; at < line.length; at++) {
    const sign = line.charCodeAt(at)
    isWide ||= sign > latin1
    if (sign === quote) isText = !isText
    else if (isText && sign === backslash) isWide ||= line.charCodeAt(++at) === unicode
    else if (isText) continue
    else if (sign === comma) weight += cellBytes
    else if (sign === bracket) weight += listBytes
    else if (sign === brace) throw new SyntaxError('a row holds an object')
  }
  return weight + (isWide ? line.length : 0)
}
