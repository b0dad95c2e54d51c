/** Cells as people of a language write them. */
import type { Language } from '../texts/language.ts'
import type { Cell } from '../wire.ts'

const dayForm = /^\d{4}-\d{2}-\d{2}$/
const momentForm = /^\d{4}-\d{2}-\d{2}[T ]\d{2}:\d{2}(:\d{2}(\.\d+)?)?Z?$/

export function isDate(cell: Cell | undefined): boolean {
  return typeof cell === 'string' && (dayForm.test(cell) || momentForm.test(cell))
}

/** A figure that is read at a glance: a large one has no fractions. */
export function formatFigure(cell: Cell, language: Language): string {
  if (typeof cell !== 'number' || Math.abs(cell) < 1000) return formatCell(cell, language) ?? '–'
  return formattersOf(language).number.format(Math.round(cell))
}

/** Undefined where there is no value. */
export function formatCell(cell: Cell, language: Language): string | undefined {
  if (cell === null || cell === '') return undefined
  if (typeof cell === 'number') return formattersOf(language).number.format(cell)
  if (typeof cell === 'boolean') return String(cell)
  if (dayForm.test(cell)) return formattersOf(language).day.format(new Date(`${cell}T00:00:00Z`))
  if (momentForm.test(cell)) return formattersOf(language).moment.format(momentOf(cell))
  return cell
}

/** A column, or the labels of an axis. Days that are all the first of a month stand for the months. */
export function formatColumn(labels: readonly Cell[], language: Language): (string | undefined)[] {
  const monthly =
    labels.length > 0 && labels.every(label => typeof label === 'string' && /^\d{4}-\d{2}-01$/.test(label))
  if (!monthly) return labels.map(label => formatCell(label, language))
  return labels.map(label => formattersOf(language).month.format(new Date(`${label}T00:00:00Z`)))
}

/** For an axis: 12K instead of 12,000. */
export function formatTick(value: number, language: Language): string {
  return formattersOf(language).tick.format(value)
}

interface Formatters {
  readonly number: Intl.NumberFormat
  readonly tick: Intl.NumberFormat
  readonly day: Intl.DateTimeFormat
  readonly month: Intl.DateTimeFormat
  readonly moment: Intl.DateTimeFormat
}

const made = new Map<Language, Formatters>()

function formattersOf(language: Language): Formatters {
  const known = made.get(language)
  if (known !== undefined) return known
  const day = { day: 'numeric', month: 'short', year: 'numeric', timeZone: 'UTC' } as const
  const formatters = {
    number: new Intl.NumberFormat(language, { maximumFractionDigits: 2 }),
    tick: new Intl.NumberFormat(language, { notation: 'compact', maximumFractionDigits: 1 }),
    day: new Intl.DateTimeFormat(language, day),
    month: new Intl.DateTimeFormat(language, { month: 'short', year: 'numeric', timeZone: 'UTC' }),
    moment: new Intl.DateTimeFormat(language, { ...day, hour: '2-digit', minute: '2-digit' }),
  }
  made.set(language, formatters)
  return formatters
}

/** ClickHouse gives times in UTC, without saying so. */
function momentOf(text: string): Date {
  return new Date(`${text.replace(' ', 'T').replace(/Z$/, '')}Z`)
}
