/** Columns as wide as their longest cell, as kubectl prints them. Cells lose what could move the cursor. */
export function renderTable(head: readonly string[], rows: readonly (readonly string[])[]): string {
  const clean = [head, ...rows].map(row => row.map(printable))
  const widths = head.map((_, at) => Math.max(...clean.map(row => lengthOf(row[at] ?? ''))))
  const line = (row: readonly string[]): string =>
    row
      .map((cell, at) => cell + ' '.repeat((widths[at] ?? 0) - lengthOf(cell)))
      .join('   ')
      .trimEnd()
  return `${clean.map(line).join('\n')}\n`
}

/** Characters, not UTF-16 units. */
function lengthOf(cell: string): number {
  return Array.from(cell).length
}

/** A text from outside, fit for a terminal: it loses the control characters that could steer it. */
export function printable(text: string): string {
  // Newlines become spaces; the rest of C0, C1 and DEL, and the marks that turn the direction of text, vanish.
  return text.replace(/\s+/g, ' ').replace(/[\p{Cc}\u200e\u200f\u202a-\u202e\u2066-\u2069]/gu, '')
}
