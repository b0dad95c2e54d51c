/**
 * Puts data into a program for Linux as a note, where Node looks for the script of a self-contained program. The table
 * of segments moves to the end of the file with two more: one that loads what is new, and one that says it is a note.
 */

const header = { tableOffset: 0x20, entrySize: 0x36, entries: 0x38 }
const entry = { type: 0, flags: 4, offset: 8, address: 16, physical: 24, inFile: 32, inMemory: 40, align: 48 }
const entryBytes = 56
const type = { load: 1, note: 4, table: 6 }
const readable = 4
/** As large as any page is, on machines with arm64. */
const page = 0x1_00_00

/** @param program an executable of ELF, 64 bits, little-endian; it is not changed */
export function withNote(program: Buffer, name: string, content: Buffer): Buffer {
  if (program.readUInt32BE(0) !== 0x7f_45_4c_46 || program[4] !== 2 || program[5] !== 1)
    throw new Error('this is no 64-bit little-endian ELF program')
  const old = tableOf(program)
  const loads = old.filter(one => one.readUInt32LE(entry.type) === type.load)
  const [first] = loads
  const last = loads.at(-1)
  if (first === undefined || last === undefined) throw new Error('this program loads nothing')
  // Older kernels find the table by its offset from where the file begins in memory, so both have to agree.
  const base = number(first, entry.address) - number(first, entry.offset)
  const memoryEnd = Math.max(...loads.map(one => number(one, entry.address) + number(one, entry.inMemory)))
  const start = Math.ceil(Math.max(program.length, memoryEnd - base) / page) * page

  const note = noteOf(name, content)
  const tableBytes = (old.length + 2) * entryBytes
  const bytes = tableBytes + note.length
  const load = segment({ type: type.load, offset: start, address: base + start, bytes, align: page })
  const told = segment({
    type: type.note,
    offset: start + tableBytes,
    address: base + start + tableBytes,
    bytes: note.length,
    align: 4,
  })
  const table = old.flatMap(one => {
    if (one === last) return [one, load]
    const isTable = one.readUInt32LE(entry.type) === type.table
    return [
      isTable
        ? segment({ type: type.table, offset: start, address: base + start, bytes: tableBytes, align: 8 })
        : one,
    ]
  })
  const whole = Buffer.concat([program, Buffer.alloc(start - program.length), ...table, told, note])
  whole.writeBigUInt64LE(BigInt(start), header.tableOffset)
  whole.writeUInt16LE(old.length + 2, header.entries)
  return whole
}

function tableOf(program: Buffer): readonly Buffer[] {
  if (program.readUInt16LE(header.entrySize) !== entryBytes) throw new Error('this program has another table')
  const at = number(program, header.tableOffset)
  return Array.from({ length: program.readUInt16LE(header.entries) }, (_, index) =>
    program.subarray(at + index * entryBytes, at + (index + 1) * entryBytes),
  )
}

function noteOf(name: string, content: Buffer): Buffer {
  const named = Buffer.from(`${name}\0`)
  const sizes = Buffer.alloc(12)
  sizes.writeUInt32LE(named.length, 0)
  sizes.writeUInt32LE(content.length, 4)
  return Buffer.concat([
    sizes,
    named,
    Buffer.alloc(-named.length & 3),
    content,
    Buffer.alloc(-content.length & 3),
  ])
}

function segment(of: Readonly<Record<'type' | 'offset' | 'address' | 'bytes' | 'align', number>>): Buffer {
  const one = Buffer.alloc(entryBytes)
  one.writeUInt32LE(of.type, entry.type)
  one.writeUInt32LE(readable, entry.flags)
  one.writeBigUInt64LE(BigInt(of.offset), entry.offset)
  for (const place of [entry.address, entry.physical]) one.writeBigUInt64LE(BigInt(of.address), place)
  for (const place of [entry.inFile, entry.inMemory]) one.writeBigUInt64LE(BigInt(of.bytes), place)
  one.writeBigUInt64LE(BigInt(of.align), entry.align)
  return one
}

function number(buffer: Buffer, at: number): number {
  return Number(buffer.readBigUInt64LE(at))
}
