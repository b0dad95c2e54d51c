import { expect, test } from 'vitest'
import { formatCell, formatColumn, formatFigure } from '../../../src/sandbox/pages/chart/format.ts'

test.each([
  [1234.567, '1,234.57', '1\u00A0234,57'],
  [0, '0', '0'],
  ['2026-03-09', 'Mar 9, 2026', '9 мар. 2026\u202Fг.'],
  ['2026-03-09 10:05:00', 'Mar 9, 2026, 10:05 AM', '9 мар. 2026\u202Fг., 10:05'],
  ['00123', '00123', '00123'],
  ['2026-03', '2026-03', '2026-03'],
  [true, 'true', 'true'],
  [null, undefined, undefined],
  ['', undefined, undefined],
])('%j', (cell, english, russian) => {
  const spaces = (text: string | undefined): string | undefined => text?.replaceAll(/\s/g, ' ')
  expect(spaces(formatCell(cell, 'en'))).toBe(spaces(english))
  expect(spaces(formatCell(cell, 'ru'))).toBe(spaces(russian))
})

test('days that all begin a month stand for months', () => {
  expect(formatColumn(['2026-01-01', '2026-02-01'], 'en')).toEqual(['Jan 2026', 'Feb 2026'])
  expect(formatColumn(['2026-01-01', '2026-02-02'], 'en')).toEqual(['Jan 1, 2026', 'Feb 2, 2026'])
  expect(formatColumn([], 'en')).toEqual([])
})

test('a large figure has no fractions', () => {
  expect(formatFigure(1_443_751.5, 'en')).toBe('1,443,752')
  expect(formatFigure(12.345, 'en')).toBe('12.35')
  expect(formatFigure(null, 'en')).toBe('–')
})
