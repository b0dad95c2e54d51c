import { describe, expect, test } from 'vitest'
import { kinds } from '../../src/api/kinds.ts'
import { reasonsOf } from '../integration/truth/table.ts'
import { untried } from '../integration/truth/untried.ts'

describe('the table of what every place says', () => {
  const tried = kinds.filter(({ kind }) => Object.hasOwn(untried, kind))

  test.each(tried.map(({ kind, reasons }) => [kind, reasons] as const))(
    'has a row for each reason of a %s, or says why not',
    (kind, reasons) => {
      const covered = reasonsOf(kind)
      const missing = Object.keys(reasons).filter(reason => !covered.has(reason))
      expect(missing.toSorted()).toEqual(Object.keys(untried[kind as keyof typeof untried]).toSorted())
      for (const reason of covered) expect(Object.keys(reasons)).toContain(reason)
    },
  )
})
