import { expect, test } from 'vitest'
import { MarkLocks, type RestsOn } from '../../../src/clickhouse/locks/mark-locks.ts'

const never = new AbortController().signal

/** Of the connection `of`, whose endpoints are `1` and `2`, each on the server that `servers` says. */
interface On {
  readonly of?: string
  readonly servers?: readonly (string | undefined)[]
  readonly database?: string
  /** By endpoint. */
  readonly marks: readonly string[]
}

function restsOn({ of = 'ours', servers = ['s', 't'], database = 'client_1', marks }: On): RestsOn {
  const urls = marks.map((_, index) => `http://${of}-${index}:8123`)
  return {
    server: { identityOf: url => servers[urls.indexOf(url)] },
    database,
    expected: new Map(urls.map((url, index) => [url, marks[index] ?? ''])),
  }
}

const whole: On = { marks: ['mark of a', 'mark of a'] }

test.each<readonly [string, On, On, 'waits' | 'goes on']>([
  ['the same mark', whole, whole, 'waits'],
  ['the same mark by another connection to the server', whole, { ...whole, of: 'twin' }, 'waits'],
  ['one replica of it', whole, { of: 'twin', servers: ['t'], marks: ['mark of a'] }, 'waits'],
  ['the same two in another order', whole, { of: 'twin', servers: ['t', 's'], marks: whole.marks }, 'waits'],
  ['the same unmarked database', { marks: [''] }, { of: 'twin', marks: [''] }, 'waits'],
  ['another database', whole, { ...whole, database: 'client_2' }, 'goes on'],
  ['the same name and mark on another server', whole, { ...whole, servers: ['u'] }, 'goes on'],
  [
    'an unmarked database of that name elsewhere',
    { marks: [''] },
    { servers: ['u'], marks: [''] },
    'goes on',
  ],
  [
    'a mark of its own, by who says to be the server',
    whole,
    { of: 'liar', servers: ['s'], marks: ['mark of b'] },
    'goes on',
  ],
  [
    'an unmarked one, by who says to be the server',
    whole,
    { of: 'liar', servers: ['s'], marks: [''] },
    'goes on',
  ],
  [
    'the same mark on servers that do not tell',
    { ...whole, servers: [] },
    { ...whole, servers: [] },
    'waits',
  ],
  ['the same mark on one that does not tell', whole, { ...whole, servers: [] }, 'goes on'],
  ['nothing', whole, { marks: [] }, 'goes on'],
])('what rests on %s: %#', async (_name, held, other, expected) => {
  const locks = new MarkLocks()
  const gate = Promise.withResolvers<void>()
  const seen: string[] = []
  const first = locks.run(restsOn(held), () => gate.promise, never)
  const second = locks.run(restsOn(other), async () => void seen.push('second'), never)
  // Whoever waits for nobody has its turn within a few.
  for (let turn = 0; turn < 10; turn++) await Promise.resolve()
  expect(seen.length === 0 ? 'waits' : 'goes on').toBe(expected)
  gate.resolve()
  await Promise.all([first, second])
  expect(seen).toEqual(['second'])
})

test('who gives up while it waits for the second of two lets go of the first', async () => {
  const locks = new MarkLocks()
  const gate = Promise.withResolvers<void>()
  const leaving = new AbortController()
  const one = (server: string): RestsOn => restsOn({ servers: [server], marks: ['m'] })
  const held = locks.run(one('t'), () => gate.promise, never)
  const both = locks.run(restsOn({ marks: ['m', 'm'] }), () => Promise.resolve(), leaving.signal)
  leaving.abort(new Error('the run was aborted'))
  await expect(both).rejects.toThrow('the run was aborted')
  await locks.run(one('s'), () => Promise.resolve(), never)
  gate.resolve()
  await held
})
