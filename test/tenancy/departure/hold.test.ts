import { describe, expect, test } from 'vitest'
import { confirmedIn, type HoldContext, nameHold } from '../../../src/tenancy/departure/hold.ts'

const keys = ['a/t1 client_1', 'a/t2 client_2', 'a/t3 client_3']
const holding = { takes: 'Access', keys } as const
const base: HoldContext = {
  uid: 'uid-1',
  records: [],
  now: '2026-01-02T00:00:00Z',
  said: undefined,
  isOnly: true,
}
const later = '2026-01-02T01:00:00Z'
const { record } = nameHold(holding, base)
const known: HoldContext = { ...base, records: [record], now: later }

describe('what a person confirms', () => {
  test('has a name that begins with its number, and keeps it', () => {
    expect(record).toEqual({
      takes: 'Access',
      count: 3,
      since: base.now,
      confirm: expect.stringMatching(/^3-[0-9a-f]{8}$/) as string,
    })
    expect(nameHold(holding, known)).toMatchObject({ record, isConfirmed: false })
    expect(nameHold({ ...holding, keys: keys.toReversed() }, known).record).toEqual(record)
  })

  test.each<readonly [string, string, boolean]>([
    ['its name', record.confirm, true],
    ['its name among others', `8-00000000, ${record.confirm}\n`, true],
    ['its name and the end of a sentence', `${record.confirm}.`, true],
    ['its name and the end of a command', `8-00000000;,${record.confirm};\n`, true],
    ['its number, written while these wait', '3', true],
    ['another number', '2', false],
    ['a part of it', record.confirm.slice(0, -1), false],
    ['more than it', `${record.confirm}0`, false],
    ['another', '3-00000000', false],
    ['nothing', '', false],
  ])('%s confirms it: %s (%s)', (_what, said, expected) => {
    expect(nameHold(holding, { ...known, said }).isConfirmed).toBe(expected)
  })

  test.each<readonly [string, Parameters<typeof nameHold>]>([
    ['one more', [{ ...holding, keys: [...keys, 'a/t4 client_4'] }, known]],
    ['one less', [{ ...holding, keys: keys.slice(1) }, known]],
    ['others of that number', [{ ...holding, keys: keys.map(key => `${key}0`) }, known]],
    ['their tables instead of their access', [{ ...holding, takes: 'Tables' }, known]],
    ['the same once more, later', [holding, { ...known, records: [] }]],
    ['the same, of a connection that was made anew', [holding, { ...known, uid: 'uid-2' }]],
  ])('%s is another, which the annotation that is left does not confirm', (_what, [what, context]) => {
    const { record: other, isConfirmed } = nameHold(what, { ...context, said: record.confirm })
    expect(other.confirm).not.toBe(record.confirm)
    expect([isConfirmed, other.since]).toEqual([false, later])
  })

  test('the same once more, within the second in which it began, is another, too, and stays it', () => {
    const said = record.confirm
    const again = nameHold(holding, { ...base, said })
    expect(again.record.confirm).not.toBe(said)
    expect(again).toMatchObject({ isMeant: false, isConfirmed: false })
    expect(nameHold(holding, { ...base, said, records: [again.record] })).toEqual(again)
    const third = nameHold(holding, { ...base, said: `${said},${again.record.confirm}` })
    expect([said, again.record.confirm]).not.toContain(third.record.confirm)
    expect(third.isMeant).toBe(false)
  })

  test('only what the status has told can be confirmed', () => {
    expect(nameHold(holding, { ...base, said: record.confirm }).isConfirmed).toBe(false)
  })

  describe('a number alone', () => {
    const number = { ...known, said: '3' }

    test('that was there before confirms nothing, until it is written anew', () => {
      const began = nameHold(holding, { ...base, said: '3' })
      expect(began).toEqual({
        record: { ...record, spentNumbers: ['3'] },
        isMeant: false,
        isConfirmed: false,
      })
      const left = { ...number, records: [began.record] }
      expect(nameHold(holding, left)).toEqual(began)
      const removed = nameHold(holding, { ...left, said: undefined })
      expect(removed.record).toEqual(record)
      expect(nameHold(holding, { ...left, records: [removed.record] }).isConfirmed).toBe(true)
    })

    const more = { takes: 'Access', keys: [...keys, 'a/t4 client_4'] } as const

    test('of all may be written before all are seen to be gone', () => {
      const grown = nameHold(more, { ...known, said: '4' })
      expect(grown).toMatchObject({ isMeant: true, isConfirmed: false })
      expect(nameHold(more, { ...known, records: [grown.record], said: '4' }).isConfirmed).toBe(true)
    })

    test.each<readonly [string, readonly string[]]>([
      ['fewer', keys.slice(1)],
      ['as many others', ['a/t1 client_1', 'a/t2 client_2', 'a/t9 client_9']],
    ])('does not mean %s', (_what, others) => {
      const said = String(others.length)
      const other = nameHold({ takes: 'Access', keys: others }, { ...known, said })
      expect(other).toMatchObject({ isMeant: false, record: { spentNumbers: [said] } })
    })

    test('that was there before all of it does not mean what has grown to it either', () => {
      const began = nameHold(holding, { ...base, said: '4' })
      const grown = nameHold(more, { ...known, records: [began.record], said: '4' })
      expect(grown).toMatchObject({ isMeant: false, record: { spentNumbers: ['4'] } })
    })

    test('that was there before does not keep the name from confirming', () => {
      const began = nameHold(holding, { ...base, said: '3' })
      const said = record.confirm
      expect(nameHold(holding, { ...known, records: [began.record], said }).isConfirmed).toBe(true)
    })

    test('means nobody where several wait', () => {
      expect(nameHold(holding, { ...number, isOnly: false }).isConfirmed).toBe(false)
    })

    test('lets no tables go', () => {
      const tables = { ...holding, takes: 'Tables' } as const
      const { record: due } = nameHold(tables, base)
      expect(nameHold(tables, { ...number, records: [due] })).toMatchObject({ record: due, isMeant: false })
    })
  })

  test('an annotation may confirm several', () => {
    expect([...confirmedIn('8-a, 9-b  7-c')]).toEqual(['8-a', '9-b', '7-c'])
    expect([...confirmedIn(undefined)]).toEqual([])
  })
})
