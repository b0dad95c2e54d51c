/** Rows as a file for a spreadsheet. Source: RFC 4180. Pure. */
import type { ChartData } from './shapes.ts'

export function csvOf({ titles, rows }: Pick<ChartData, 'titles' | 'rows'>): string {
  return [titles, ...rows].map(row => `${row.map(cellText).join(',')}\r\n`).join('')
}

/** A text that begins like a formula would be one in a spreadsheet. */
function cellText(cell: unknown): string {
  if (typeof cell === 'number') return String(cell)
  const text = typeof cell === 'string' ? cell : ''
  const harmless = /^[=+\-@\t\r]/.test(text) ? `'${text}` : text
  return /[",\r\n]/.test(harmless) ? `"${harmless.replaceAll('"', '""')}"` : harmless
}
