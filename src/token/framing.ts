/**
 * Joins texts so that no two different lists give the same bytes: before each stands its length in bytes. With a
 * separator alone, one text that holds the separator could pass for two.
 */
export function frame(fields: readonly string[]): Buffer {
  const lengths = fields.map(field => Buffer.byteLength(field))
  const framed = Buffer.allocUnsafe(lengths.reduce((sum, length) => sum + prefixBytes + length, 0))
  let at = 0
  for (const [index, field] of fields.entries()) {
    at = framed.writeUInt32BE(lengths[index] ?? 0, at)
    at += framed.write(field, at)
  }
  return framed
}

const prefixBytes = 4
