/**
 * Joins texts so that no two different lists give the same bytes: before each stands its length in bytes. With a
 * separator alone, one text that holds the separator could pass for two.
 */
export function frame(fields: readonly string[]): Buffer {
  const parts = fields.flatMap(field => {
    const bytes = Buffer.from(field, 'utf8')
    const length = Buffer.alloc(4)
    length.writeUInt32BE(bytes.length)
    return [length, bytes]
  })
  return Buffer.concat(parts)
}
