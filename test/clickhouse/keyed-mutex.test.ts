import { expect, test } from 'vitest'
import { KeyedMutex } from '../../src/clickhouse/keyed-mutex.ts'

test('work under one key runs one after the other, in order, past failures; other keys do not wait', async () => {
  const mutex = new KeyedMutex()
  const seen: string[] = []
  const gate = Promise.withResolvers<void>()
  const first = mutex.run('a', async () => {
    seen.push('first begins')
    await gate.promise
    seen.push('first ends')
    throw new Error('failed')
  })
  const second = mutex.run('a', async () => seen.push('second'))
  const third = mutex.run('a', async () => seen.push('third'))
  await mutex.run('b', async () => seen.push('other'))
  expect(seen).toEqual(['first begins', 'other'])
  gate.resolve()
  await expect(first).rejects.toThrow('failed')
  await Promise.all([second, third])
  expect(seen).toEqual(['first begins', 'other', 'first ends', 'second', 'third'])
  await mutex.run('a', async () => seen.push('later'))
  expect(seen.at(-1)).toBe('later')
})
