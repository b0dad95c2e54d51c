import { expect, test } from 'vitest'
import { KeyedMutex } from '../../../src/clickhouse/locks/keyed-mutex.ts'

const never = new AbortController().signal

test('work under one key runs one after the other, in order, past failures; other keys do not wait', async () => {
  const mutex = new KeyedMutex()
  const seen: string[] = []
  const gate = Promise.withResolvers<void>()
  const first = mutex.run(
    'a',
    async () => {
      seen.push('first begins')
      await gate.promise
      seen.push('first ends')
      throw new Error('failed')
    },
    never,
  )
  const second = mutex.run('a', async () => seen.push('second'), never)
  const third = mutex.run('a', async () => seen.push('third'), never)
  await mutex.run('b', async () => seen.push('other'), never)
  expect(seen).toEqual(['first begins', 'other'])
  gate.resolve()
  await expect(first).rejects.toThrow('failed')
  await Promise.all([second, third])
  expect(seen).toEqual(['first begins', 'other', 'first ends', 'second', 'third'])
  await mutex.run('a', async () => seen.push('later'), never)
  expect(seen.at(-1)).toBe('later')
})

test('who gives up waiting is gone at once, and lets nobody past', async () => {
  const mutex = new KeyedMutex()
  const seen: string[] = []
  const gate = Promise.withResolvers<void>()
  const leaving = new AbortController()
  const first = mutex.run('a', () => gate.promise, never)
  const second = mutex.run('a', async () => seen.push('second'), leaving.signal)
  const third = mutex.run('a', async () => seen.push('third'), never)
  leaving.abort(new Error('the run was aborted'))
  await expect(second).rejects.toThrow('the run was aborted')
  expect(seen).toEqual([])
  gate.resolve()
  await Promise.all([first, third])
  expect(seen).toEqual(['third'])
})
