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
  const decoder = new TextDecoder()
  // The pieces of the unfinished line. They are joined once, as a large object comes in very many.
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
