import { Lines } from '../../core/text/lines.ts'

/** In characters. No object that etcd can hold makes a longer line. */
const longestLine = 32 * 1024 * 1024

/**
 * Parses newline-delimited JSON from chunks, which may end anywhere, also within a character.
 *
 * @throws Error when a line is not JSON, or when the stream ends within a line
 */
export async function* parseJsonLines(
  chunks: AsyncIterable<Uint8Array>,
): AsyncGenerator<unknown, void, void> {
  const lines = new Lines()
  for await (const chunk of chunks) {
    for (const line of lines.take(chunk)) if (line.trim() !== '') yield JSON.parse(line)
    if (lines.unfinished > longestLine) throw new Error('a line of the stream is too long')
  }
  const last = lines.end().trim()
  if (last !== '') yield JSON.parse(last)
}
