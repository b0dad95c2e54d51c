/** A line longer than this is not an object that etcd could have held. In characters. */
const longestLine = 32 * 1024 * 1024

/**
 * Newline-delimited JSON out of chunks that end anywhere, also within a character.
 *
 * @throws Error when a line is not JSON, or when the stream ends within a line
 */
export async function* parseJsonLines(
  chunks: AsyncIterable<Uint8Array>,
): AsyncGenerator<unknown, void, void> {
  const decoder = new TextDecoder()
  // Pieces of the unfinished line; joined once, as a large object comes in very many chunks.
  let pieces: string[] = []
  let length = 0
  for await (const chunk of chunks) {
    const lines = decoder.decode(chunk, { stream: true }).split('\n')
    const rest = lines.pop() ?? ''
    for (const line of lines) {
      const whole = pieces.length === 0 ? line : pieces.join('') + line
      pieces = []
      length = 0
      if (whole.trim() !== '') yield JSON.parse(whole)
    }
    if (rest === '') continue
    pieces.push(rest)
    length += rest.length
    if (length > longestLine) throw new Error('a line of the stream is too long')
  }
  const last = (pieces.join('') + decoder.decode()).trim()
  if (last !== '') yield JSON.parse(last)
}
