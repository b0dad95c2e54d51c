/** Archives that are the same bytes whenever and wherever they are made: names in order, one time, nobody's. */
import { gzipSync } from 'node:zlib'

export interface ArchivedFile {
  /** In the archive, with slashes. */
  readonly path: string
  readonly content: Buffer
  readonly isProgram?: boolean
}

const block = 512

/** A tar archive, compressed. @param seconds the time of all files, since 1970 */
export function tarGz(files: readonly ArchivedFile[], seconds: number): Buffer {
  const ordered = files.toSorted((a, b) => (a.path < b.path ? -1 : 1))
  const blocks = ordered.flatMap(file => [headOf(file, seconds), file.content, padding(file.content.length)])
  const packed = gzipSync(Buffer.concat([...blocks, Buffer.alloc(2 * block)]), { level: 6 })
  // Where it was compressed: said of no system.
  packed[9] = 255
  return packed
}

function padding(length: number): Buffer {
  return Buffer.alloc((block - (length % block)) % block)
}

function headOf({ path, content, isProgram }: ArchivedFile, seconds: number): Buffer {
  const head = Buffer.alloc(block)
  const [name, prefix] = split(path)
  const put = (text: string, at: number): number => head.write(text, at, 'latin1')
  const octal = (value: number, digits: number): string => value.toString(8).padStart(digits, '0')
  put(name, 0)
  put(`${octal(isProgram === true ? 0o755 : 0o644, 7)}\0`, 100)
  put(`${octal(0, 7)}\0${octal(0, 7)}\0`, 108)
  put(`${octal(content.length, 11)}\0${octal(seconds, 11)}\0`, 124)
  put(' '.repeat(8), 148)
  put('0', 156)
  put('ustar\u{0}00', 257)
  put(prefix, 345)
  put(`${octal(sum(head), 6)}\0 `, 148)
  return head
}

function sum(head: Buffer): number {
  return head.reduce((total, byte) => total + byte, 0)
}

/** A long path stands in two fields, cut at a slash. */
function split(path: string): readonly [name: string, prefix: string] {
  if (!/^[\x21-\x7e]+$/.test(path)) throw new Error(`${path}: only plain ASCII names go into an archive here`)
  if (path.length <= 100) return [path, '']
  const at = path.indexOf('/', path.length - 101)
  if (at < 1 || at > 155) throw new Error(`${path} is too long for an archive`)
  return [path.slice(at + 1), path.slice(0, at)]
}
