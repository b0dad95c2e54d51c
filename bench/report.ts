import { cpus, totalmem } from 'node:os'
import type { Figures } from './figures.ts'

/** What a reader has to know of where the figures come from. */
export function environmentOf(workers: number) {
  const [first] = cpus()
  return {
    processor: first?.model.trim() ?? 'unknown',
    processors: cpus().length,
    memoryGiB: Math.round(totalmem() / 2 ** 30),
    platform: `${process.platform} ${process.arch}`,
    node: process.version,
    workers,
  }
}

/** One table a phase, a row for each figure and a column for each size. */
export function tables(figures: readonly Figures[]): string {
  const phases = [...new Set(figures.map(({ phase }) => phase))]
  return phases
    .map(phase =>
      table(
        phase,
        figures.filter(one => one.phase === phase),
      ),
    )
    .join('\n')
}

function table(phase: string, columns: readonly Figures[]): string {
  const names = [...new Set(columns.flatMap(({ values }) => Object.keys(values)))]
  const head = [phase, ...columns.map(({ size }) => String(size))]
  const rows = names.map(name => [name].concat(columns.map(({ values }) => format(values[name]))))
  const widths = head.map((_, at) => Math.max(...[head, ...rows].map(row => (row[at] ?? '').length)))
  const line = (row: readonly string[]): string =>
    `| ${row.map((cell, at) => (at === 0 ? cell.padEnd(widths[at] ?? 0) : cell.padStart(widths[at] ?? 0))).join(' | ')} |`
  const rule = `|${widths.map((width, at) => (at === 0 ? '-'.repeat(width + 2) : `${'-'.repeat(width + 1)}:`)).join('|')}|`
  return [line(head), rule, ...rows.map(line), ''].join('\n')
}

function format(value: number | undefined): string {
  if (value === undefined || Number.isNaN(value)) return ''
  if (Number.isInteger(value)) return String(value)
  return value.toFixed(Math.abs(value) >= 100 ? 0 : Math.abs(value) >= 10 ? 1 : 2)
}
