import { expect, test } from 'vitest'
import { Turns } from '../../src/clickhouse/keyed-mutex.ts'

test('work under one name takes turns, in order, past failures; other names do not wait', async () => {
  const turns = new Turns()
  const seen: string[] = []
  const gate = Promise.withResolvers<void>()
  const first = turns.take('a', async () => {
    seen.push('first begins')
    await gate.promise
    seen.push('first ends')
    throw new Error('failed')
  })
  const second = turns.take('a', async () => seen.push('second'))
  const third = turns.take('a', async () => seen.push('third'))
  await turns.take('b', async () => seen.push('other'))
  expect(seen).toEqual(['first begins', 'other'])
  gate.resolve()
  await expect(first).rejects.toThrow('failed')
  await Promise.all([second, third])
  expect(seen).toEqual(['first begins', 'other', 'first ends', 'second', 'third'])
  await turns.take('a', async () => seen.push('later'))
  expect(seen.at(-1)).toBe('later')
})
